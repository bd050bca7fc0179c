// How the page is put together: copies of the templates in page.html, filled with text and never with HTML.

// A copy of a template's only element, and those of its parts that have a name (data-is).
function instance(id) {
  const root = document.getElementById(id).content.firstElementChild.cloneNode(true);
  const parts = Object.fromEntries([...root.querySelectorAll("[data-is]")].map((part) => [part.dataset.is, part]));
  return { root, parts };
}

// What has not changed is not touched, so that nothing is laid out or read aloud for nothing.
function setText(element, text) {
  if (element.textContent !== String(text)) element.textContent = text;
}

// Makes these its children, in this order, and moves only those that stand elsewhere.
function keepChildren(parent, children) {
  children.forEach((child, i) => {
    if (parent.children[i] !== child) parent.insertBefore(child, parent.children[i] ?? null);
  });
  while (parent.children.length > children.length) parent.lastElementChild.remove();
}

function sum(numbers) {
  return numbers.reduce((all, one) => all + one, 0);
}

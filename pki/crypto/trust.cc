#include "pki/crypto/trust.h"

#include <openssl/x509_vfy.h>

#include <ctime>
#include <memory>

#include "pki/crypto/openssl_error.h"

namespace pki::crypto {
namespace {

using StorePtr = OpensslPtr<X509_STORE, X509_STORE_free>;
using StoreContextPtr = OpensslPtr<X509_STORE_CTX, X509_STORE_CTX_free>;

// The stack only looks at certificates that others own.
struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_free(stack); }
};
using StackPtr = std::unique_ptr<STACK_OF(X509), FreeStack>;

StorePtr store_of(const std::vector<Certificate>& authorities) {
  StorePtr store(X509_STORE_new());
  for (const auto& authority : authorities) {
    if (store && X509_STORE_add_cert(store.get(), authority.native()) != 1) store.reset();
  }
  return store;
}

StackPtr others_of(const std::vector<Certificate>& chain) {
  StackPtr stack(sk_X509_new_null());
  for (std::size_t i = 1; stack && i < chain.size(); ++i) {
    if (sk_X509_push(stack.get(), chain[i].native()) == 0) stack.reset();
  }
  return stack;
}

bool set_wishes(X509_STORE_CTX* context, const std::string& name, std::chrono::sys_seconds now) {
  X509_VERIFY_PARAM* const wishes = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(wishes, static_cast<std::time_t>(now.time_since_epoch().count()));
  const bool named = X509_VERIFY_PARAM_set1_ip_asc(wishes, name.c_str()) == 1 ||
                     X509_VERIFY_PARAM_set1_host(wishes, name.data(), name.size()) == 1;
  return named && X509_VERIFY_PARAM_set_purpose(wishes, X509_PURPOSE_SSL_SERVER) == 1;
}

}  // namespace

std::optional<std::string> why_refused(const std::vector<Certificate>& chain,
                                       const std::vector<Certificate>& authorities, const std::string& name,
                                       std::chrono::sys_seconds now) {
  if (chain.empty()) return "it shows no certificate";
  const StorePtr store = store_of(authorities);
  const StackPtr others = others_of(chain);
  const StoreContextPtr context(X509_STORE_CTX_new());
  if (!store || !others || !context ||
      X509_STORE_CTX_init(context.get(), store.get(), chain.front().native(), others.get()) != 1 ||
      !set_wishes(context.get(), name, now)) {
    return "it cannot be judged: " + take_openssl_reasons();
  }
  const bool trusted = X509_verify_cert(context.get()) == 1;
  (void)take_openssl_reasons();  // an address that is none, for example, is looked at as a name
  if (trusted) return std::nullopt;
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

}  // namespace pki::crypto

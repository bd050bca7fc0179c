// Slab<T>: many objects of one type that come and go, at addresses that stay. Freed places are used again, last first,
// while they are warm in the cache; memory goes back to the system with the slab. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <unordered_set>
#include <utility>
#include <vector>

namespace base {

template <class T>
class Slab {
 public:
  Slab() noexcept = default;
  ~Slab() {
    for_each([this](T& object) { destroy(object); });
  }
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;

  template <class... Args>
  [[nodiscard]] T& create(Args&&... args) {
    if (free_ == nullptr) grow();
    Place* const place = free_;
    Place* const next = place->next;
    try {
      T* const object = ::new (place->bytes.data()) T(std::forward<Args>(args)...);
      free_ = next;
      ++size_;
      return *object;
    } catch (...) {
      place->next = next;
      throw;
    }
  }

  void destroy(T& object) noexcept {
    object.~T();
    auto* const place = reinterpret_cast<Place*>(&object);  // the bytes are all of it
    place->next = std::exchange(free_, place);
    --size_;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  // `visit` may destroy the object that it is given, and no other. Slow: it first looks which places are free.
  template <class Visit>
  void for_each(Visit visit) {
    std::unordered_set<const Place*> free;
    for (const Place* place = free_; place != nullptr; place = place->next) free.insert(place);
    for (auto& block : blocks_) {
      for (Place& place : *block) {
        if (!free.contains(&place)) visit(*std::launder(reinterpret_cast<T*>(place.bytes.data())));
      }
    }
  }

 private:
  // An object, or a link in the chain of free places: an object costs nothing beside its own size.
  union Place {
    Place() noexcept : next(nullptr) {}
    Place* next;
    alignas(T) std::array<std::byte, sizeof(T)> bytes;
  };
  static constexpr std::size_t kBlock = 64;
  using Block = std::array<Place, kBlock>;

  void grow() {
    blocks_.push_back(std::make_unique<Block>());
    for (std::size_t i = kBlock; i-- > 0;) {
      Place& place = (*blocks_.back())[i];
      place.next = std::exchange(free_, &place);
    }
  }

  std::vector<std::unique_ptr<Block>> blocks_;
  Place* free_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace base

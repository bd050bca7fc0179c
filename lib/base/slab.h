// Slab<T>: many objects of one type that come and go, at addresses that stay. Freed places are used again, last first,
// while they are warm in the cache; memory goes back to the system with the slab. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
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
    if (free_.empty()) grow();
    Place* const place = free_.back();
    T* const object = ::new (place->bytes.data()) T(std::forward<Args>(args)...);
    free_.pop_back();
    place->used = true;
    ++size_;
    return *object;
  }

  void destroy(T& object) noexcept {
    object.~T();
    auto* const place = std::launder(reinterpret_cast<Place*>(&object));  // bytes is the first member
    place->used = false;
    --size_;
    free_.push_back(place);  // never allocates: grow() made room for all
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  // `visit` may destroy the object that it is given, and no other.
  template <class Visit>
  void for_each(Visit visit) {
    for (auto& block : blocks_) {
      for (Place& place : *block) {
        if (place.used) visit(*std::launder(reinterpret_cast<T*>(place.bytes.data())));
      }
    }
  }

 private:
  struct Place {
    alignas(T) std::array<std::byte, sizeof(T)> bytes;
    bool used = false;
  };
  static constexpr std::size_t kBlock = 64;
  using Block = std::array<Place, kBlock>;

  void grow() {
    free_.reserve((blocks_.size() + 1) * kBlock);
    blocks_.push_back(std::make_unique<Block>());
    for (std::size_t i = kBlock; i-- > 0;) free_.push_back(&(*blocks_.back())[i]);
  }

  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<Place*> free_;
  std::size_t size_ = 0;
};

}  // namespace base

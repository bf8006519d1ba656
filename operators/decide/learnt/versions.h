// When memory that copies still read may be freed, without a count a reader or writer touches: the
// writer numbers its versions, one begins with each copy, and what was made in this one nobody else
// has seen. What a change replaces is kept with the version it was replaced in, and that is kept by
// every copy made before (an epoch: Fraser, "Practical lock-freedom", 2004, with copies that know
// theirs).
//
// Used by cow_vector.h. A count for each shared part would be a cache miss for each part copied.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace rekindle::operators {

// Thread: the writer, who is also the one to let go of holds.
class Versions {
 public:
  using Number = uint64_t;
  // Keeps all that exists when it is made.
  using Hold = std::shared_ptr<const void>;

  Versions() = default;
  Versions(Versions&& other) noexcept
      : x_now(other.x_now), x_replaced(std::exchange(other.x_replaced, nullptr)) {}
  Versions& operator=(Versions&& other) noexcept {
    x_now = other.x_now;
    x_replaced = std::exchange(other.x_replaced, nullptr);
    return *this;
  }

  // What was made in it is the writer's alone, to be changed in place.
  [[nodiscard]] Number now() const { return x_now; }

  // For a copy that is made now.
  [[nodiscard]] Hold begin_next() {
    auto next = std::make_shared<Replaced>();
    if (x_replaced != nullptr) x_replaced->next = next;
    x_replaced = std::move(next);
    ++x_now;
    return x_replaced;
  }

  // Deletes `object` as soon as no copy reads it. `made`: the version it was made in.
  template <typename T>
  void retire(const T* object, Number made) {
    if (object == nullptr) return;
    if (made == x_now) {
      delete object;
    } else {
      x_replaced->add({object, [](const void* it) { delete static_cast<const T*>(it); }});
    }
  }
  template <typename T>
  void retire_array(const T* array, Number made) {
    if (array == nullptr) return;
    if (made == x_now) {
      delete[] array;
    } else {
      x_replaced->add({array, [](const void* it) { delete[] static_cast<const T*>(it); }});
    }
  }

 private:
  struct Old {
    const void* object;
    void (*destroy)(const void*);
  };
  // What was replaced in one version. A copy of an older one may read it too: so each keeps the
  // next.
  struct Replaced {
    std::vector<Old> all;
    std::shared_ptr<Replaced> next;

    Replaced() = default;
    Replaced(const Replaced&) = delete;
    Replaced& operator=(const Replaced&) = delete;
    ~Replaced() {
      for (const Old& old : all) old.destroy(old.object);
      // One by one: a copy kept for long has many after it.
      while (next != nullptr && next.use_count() == 1) next = std::exchange(next->next, nullptr);
    }
    void add(Old old) { all.push_back(old); }
  };

  Number x_now = 1;
  std::shared_ptr<Replaced> x_replaced;  // null: there never was a copy
};

// An object with the version it was made in.
template <typename T>
struct Versioned {
  Versions::Number made = 0;
  T value{};
};

}  // namespace rekindle::operators

// Text that must not leak.
#pragma once

#include <sodium.h>

#include <string>
#include <string_view>
#include <utility>

namespace hearth {

// A secret text. It has no stream operator and no conversion to a string; whoever needs the characters says Expose(). The characters are
// wiped when the secret is destroyed or overwritten. Movable and copyable; as thread-safe as a std::string.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text) : text_(text) {}
  Secret(const Secret& other) = default;
  Secret(Secret&& other) noexcept : text_(other.text_) { other.Wipe(); }
  Secret& operator=(Secret other) noexcept {
    text_.swap(other.text_);
    return *this;
  }
  ~Secret() { Wipe(); }

  // The characters. The view is valid while the secret lives.
  std::string_view Expose() const { return text_; }
  // The same, ended by a NUL, for libraries of C.
  const char* ExposeC() const { return text_.c_str(); }
  bool empty() const { return text_.empty(); }

  // Compares in a time that depends on the lengths only.
  friend bool operator==(const Secret& a, const Secret& b) {
    return a.text_.size() == b.text_.size() && sodium_memcmp(a.text_.data(), b.text_.data(), a.text_.size()) == 0;
  }

 private:
  void Wipe() {
    if (!text_.empty()) sodium_memzero(text_.data(), text_.size());
    text_.clear();
  }

  std::string text_;
};

// Wipes a string in place, for the secrets that protobuf messages hold.
inline void WipeString(std::string& text) {
  if (!text.empty()) sodium_memzero(text.data(), text.size());
  text.clear();
}

}  // namespace hearth

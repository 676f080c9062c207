// JSON with secrets leaves none of them in the memory that it gives back.
#include "server/base/secret_json.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view kSecret = "a text that nobody may find";
bool watching = false;
int found = 0;

// What the secret would be found in: all memory on its way back.
void Search(const void* memory, size_t size) {
  if (!watching || memory == nullptr) return;
  const std::string_view bytes(static_cast<const char*>(memory), size);
  if (bytes.find(kSecret) != std::string_view::npos) ++found;
}

}  // namespace

[[gnu::noinline]] void operator delete(void* memory, size_t size) noexcept {
  Search(memory, size);
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void* operator new(size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

namespace hearth::test {
namespace {

template <class Json>
int FoundAfter(const char* text) {
  found = 0;
  watching = true;
  {
    const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    const Json copy = json;
    if (!copy.is_object()) ++found;
  }
  watching = false;
  return found;
}

constexpr char kText[] =
    R"({"secretData": "{\"value\": \"a text that nobody may find\"}", "list": ["a text that nobody may find"]})";

TEST(SecretJson, NothingOfASecretIsLeft) {
  EXPECT_EQ(FoundAfter<SecretJson>(kText), 0);
  EXPECT_GT(FoundAfter<nlohmann::json>(kText), 0) << "what the test would find";
}

}  // namespace
}  // namespace hearth::test

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
int FoundAfter(Json (*parse)(std::string_view), std::string_view text) {
  found = 0;
  watching = true;
  {
    const Json json = parse(text);
    const Json copy = json;
    if (!copy.is_object()) ++found;
  }
  watching = false;
  return found;
}

nlohmann::json ParseUsual(std::string_view text) { return nlohmann::json::parse(text.begin(), text.end()); }

TEST(SecretJson, NothingOfASecretIsLeft) {
  for (const char* text :
       {R"({"value": "a text that nobody may find"})",
        R"({"a": 1, "value": "{\"value\": \"a text that nobody may find\"}", "list": ["b", 2.5, null]})",
        R"({"list": ["a text that nobody may find", {"x": "a text that nobody may find"}]})"}) {
    EXPECT_EQ(FoundAfter(&ParseSecretJson, text), 0) << text;
    EXPECT_GT(FoundAfter(&ParseUsual, text), 0) << "what the test would find";
  }
}

TEST(SecretJson, OneValueIsParsedAndNothingElse) {
  EXPECT_EQ(ParseSecretJson(R"({"a": "b"})")["a"].get_ref<const WipedText&>(), "b");
  EXPECT_EQ(ParseSecretJson(" 17 "), 17);
  for (const char* text : {"", " ", "1,2", "1],[2", "1,\"a", "\"", "{", "[1", "1]", "a", ",", "{}{}"}) {
    EXPECT_TRUE(ParseSecretJson(text).is_discarded()) << text;
  }
}

}  // namespace
}  // namespace hearth::test

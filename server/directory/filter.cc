#include "server/directory/filter.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"

namespace hearth {
namespace {

bool IsWordCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
}

// Reads a filter from left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool AtEnd() {
    SkipSpaces();
    return rest_.empty();
  }
  // The next word; empty when there is none.
  std::string Word() {
    SkipSpaces();
    const auto* end = std::find_if_not(rest_.begin(), rest_.end(), IsWordCharacter);
    return Take(static_cast<size_t>(end - rest_.begin()));
  }
  // Whether the next character is this one, which is then read.
  bool Sign(char sign) {
    SkipSpaces();
    if (rest_.empty() || rest_.front() != sign) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // The next word, or what stands in double quotes; empty when there is neither.
  std::string Value() {
    if (!Sign('"')) return Word();
    const size_t end = rest_.find('"');
    if (end == std::string_view::npos) return "";
    const std::string value = Take(end);
    rest_.remove_prefix(1);
    return value;
  }

 private:
  void SkipSpaces() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }
  std::string Take(size_t length) {
    const std::string taken(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return taken;
  }

  std::string_view rest_;
};

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> ParseFilter(std::string_view filter,
                                                               const std::set<std::string>& fields) {
  const auto wrong = [&] {
    return InvalidField("filter",
                        absl::StrCat("must be `field = value`, joined by AND, each field once, of the fields ",
                                     absl::StrJoin(fields, ", ")));
  };
  std::map<std::string, std::string> values;
  Reader reader(filter);
  while (!reader.AtEnd()) {
    if (!values.empty() && reader.Word() != "AND") return wrong();
    const std::string field = reader.Word();
    if (!fields.contains(field) || !reader.Sign('=')) return wrong();
    const std::string value = reader.Value();
    if (value.empty() || !values.emplace(field, value).second) return wrong();
  }
  return values;
}

}  // namespace hearth

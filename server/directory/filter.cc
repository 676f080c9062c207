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
  // "=", "<", "<=", ">" or ">="; empty when the next is none of them.
  std::string Operator() {
    for (const char* sign : {"<", ">"}) {
      if (Sign(*sign)) return rest_.starts_with('=') ? sign + Take(1) : std::string(sign);
    }
    return Sign('=') ? "=" : "";
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

absl::StatusOr<std::vector<Comparison>> ParseComparisons(std::string_view filter, const std::set<std::string>& fields,
                                                         const std::set<std::string>& ordered) {
  const auto wrong = [&] {
    return InvalidField(
        "filter", absl::StrCat("must be `field = value`, joined by AND, of the fields ", absl::StrJoin(fields, ", "),
                               "; of ", absl::StrJoin(ordered, ", "), " also <, <=, > and >="));
  };
  std::vector<Comparison> comparisons;
  std::set<std::string> seen;
  Reader reader(filter);
  while (!reader.AtEnd()) {
    if (!comparisons.empty() && reader.Word() != "AND") return wrong();
    Comparison comparison{.field = reader.Word(), .op = reader.Operator(), .value = ""};
    const bool by_order = ordered.contains(comparison.field);
    if (!fields.contains(comparison.field) || comparison.op.empty()) return wrong();
    if (!by_order && (comparison.op != "=" || !seen.insert(comparison.field).second)) return wrong();
    comparison.value = reader.Value();
    if (comparison.value.empty()) return wrong();
    comparisons.push_back(std::move(comparison));
  }
  return comparisons;
}

}  // namespace hearth

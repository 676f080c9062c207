#include "csv.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "usage.h"

namespace hearth::cli {
namespace {

constexpr char kByteOrderMark[] = "\xef\xbb\xbf";

class Reader {
 public:
  explicit Reader(const std::string& text) : text_(text), at_(absl::StartsWith(text, kByteOrderMark) ? 3 : 0) {}

  bool AtEnd() const { return at_ >= text_.size(); }

  absl::StatusOr<CsvRecord> Record() {
    CsvRecord record{line_, {}};
    for (;;) {
      absl::StatusOr<std::string> field = Field();
      if (!field.ok()) return field.status();
      record.fields.push_back(*std::move(field));
      if (!Skip(',')) break;
    }
    Skip('\r');
    if (!Skip('\n') && !AtEnd()) return Wrong("a quoted field is followed by something else than a comma");
    ++line_;
    return record;
  }

 private:
  absl::StatusOr<std::string> Field() { return Skip('"') ? Quoted() : Plain(); }

  std::string Plain() {
    const size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    const std::string field = text_.substr(at_, end - at_);
    at_ = end;
    return field;
  }

  absl::StatusOr<std::string> Quoted() {
    std::string field;
    while (!AtEnd()) {
      const char c = text_[at_++];
      if (c == '"' && !Skip('"')) return field;
      if (c == '\n') ++line_;
      field += c;
    }
    return Wrong("a quote is not closed");
  }

  bool Skip(char c) {
    if (AtEnd() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  absl::Status Wrong(const std::string& what) const {
    return UsageError(absl::StrCat("Line ", line_, ": ", what, "."));
  }

  const std::string& text_;
  size_t at_;
  int line_ = 1;
};

}  // namespace

absl::StatusOr<std::vector<CsvRecord>> ParseCsv(const std::string& text) {
  std::vector<CsvRecord> records;
  Reader reader(text);
  while (!reader.AtEnd()) {
    absl::StatusOr<CsvRecord> record = reader.Record();
    if (!record.ok()) return record.status();
    const bool empty = record->fields.size() == 1 && record->fields.front().empty();
    if (!empty) records.push_back(*std::move(record));
  }
  return records;
}

std::string CsvLine(const std::vector<std::string>& fields) {
  std::string line;
  for (size_t i = 0; i < fields.size(); ++i) {
    const bool quoted = fields[i].find_first_of(",\"\r\n") != std::string::npos;
    absl::StrAppend(&line, i == 0 ? "" : ",",
                    quoted ? absl::StrCat("\"", absl::StrReplaceAll(fields[i], {{"\"", "\"\""}}), "\"") : fields[i]);
  }
  return line + "\n";
}

}  // namespace hearth::cli

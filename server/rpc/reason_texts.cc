#include "server/rpc/reason_texts.h"

#include <stdexcept>
#include <utility>

#include "absl/strings/str_split.h"
#include "hearth/v1/options.pb.h"
#include "server/base/error.h"
#include "server/base/text.h"

namespace hearth {
namespace {

using Texts = std::map<std::string, std::map<std::string, std::string>>;

const Texts& AllTexts() {
  static const auto* const all = [] {
    auto* texts = new Texts;
    for (const EmbeddedFile& file : EmbeddedReasonFiles()) {
      (*texts)[std::string(file.name.substr(0, file.name.find('.')))] = ParseReasonFile(file.text);
    }
    return texts;
  }();
  return *all;
}

}  // namespace

std::map<std::string, std::string> ParseReasonFile(std::string_view text) {
  std::map<std::string, std::string> lines;
  for (const absl::string_view line : absl::StrSplit(ToAbsl(text), '\n', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(line, absl::MaxSplits(": ", 1));
    if (parts.second.empty() || !lines.insert(parts).second) throw std::invalid_argument(std::string(line));
  }
  return lines;
}

std::string ReasonText(v1::ErrorReason reason, const std::string& language) {
  if (language == "en") {
    return v1::ErrorReason_descriptor()->FindValueByNumber(reason)->options().GetExtension(v1::reason).message();
  }
  const auto texts = AllTexts().find(language);
  if (texts == AllTexts().end()) return "";
  const auto text = texts->second.find(ReasonName(reason));
  return text == texts->second.end() ? "" : text->second;
}

}  // namespace hearth

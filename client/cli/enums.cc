#include "enums.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "text.h"
#include "usage.h"

namespace hearth::cli {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;

constexpr char kNotGiven[] = "PERMISSION_PLATFORM_ADMIN";

// Lower case, with one underscore for every other character.
std::string Plain(const std::string& text) {
  std::string plain = absl::AsciiStrToLower(text);
  for (char& c : plain) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return plain;
}

// UserType: user_type_
std::string Prefix(const EnumDescriptor& type) {
  std::string prefix;
  for (const char c : std::string(type.name())) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  return prefix + "_";
}

std::string WithoutPrefix(const EnumDescriptor& type, const std::string& text) {
  const std::string plain = Plain(text);
  const std::string prefix = Prefix(type);
  return absl::StartsWith(plain, prefix) ? plain.substr(prefix.size()) : plain;
}

}  // namespace

std::string EnumText(const EnumValueDescriptor& value) {
  if (value.number() == 0) return "";
  std::string text = WithoutPrefix(*value.type(), std::string(value.name()));
  if (value.type()->name() == "Permission") {
    if (const size_t first = text.find('_'); first != std::string::npos) text[first] = '.';
  }
  return value.type()->name() == "ErrorReason" ? absl::AsciiStrToUpper(text) : text;
}

absl::StatusOr<int> ParseEnum(const EnumDescriptor& type, const std::string& text) {
  const std::string wanted = WithoutPrefix(type, text);
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor& value = *type.value(i);
    if (value.number() != 0 && WithoutPrefix(type, std::string(value.name())) == wanted) return value.number();
  }
  const std::vector<std::string> texts = EnumTexts(type);
  const std::string nearest = Nearest(wanted, texts);
  return UsageError(absl::StrCat("\"", text, "\" is none of ", absl::StrJoin(texts, ", "), "."),
                    nearest.empty() ? "" : absl::StrCat("Did you mean ", nearest, "?"));
}

std::vector<std::string> EnumTexts(const EnumDescriptor& type) {
  std::vector<std::string> texts;
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor& value = *type.value(i);
    if (value.number() == 0 || value.name() == kNotGiven) continue;
    texts.push_back(EnumText(value));
  }
  return texts;
}

}  // namespace hearth::cli

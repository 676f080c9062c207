#include "field_flags.h"

#include <CLI/CLI.hpp>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "enums.h"
#include "fields.h"
#include "flag_texts.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "hearth/v1/resources.pb.h"
#include "names.h"
#include "options.h"
#include "usage.h"

namespace hearth::cli {
namespace {

using google::api::IDENTIFIER;
using google::api::IMMUTABLE;
using google::api::OUTPUT_ONLY;
using google::api::REQUIRED;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;

constexpr char kUpdateMask[] = "update_mask";
constexpr char kNone[] = "none";

bool IsGroup(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type() != google::protobuf::Duration::descriptor();
}

// --administrator-principal-name,--administrator-upn from "principal-name,upn" and "administrator-".
std::string Names(const std::string& prefix, const std::string& names) {
  return absl::StrJoin(std::vector<std::string>(absl::StrSplit(names, ',')), ",",
                       [&](std::string* out, const std::string& name) { absl::StrAppend(out, "--", prefix, name); });
}

std::string TypeOf(const FieldDescriptor& field, const FlagText& text) {
  if (text.is_file) return "FILE";
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return "SPAN";
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) return "KIND";
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING ? "TEXT" : "NUMBER";
}

std::string HelpOf(const FieldDescriptor& field, const FlagText& text) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_ENUM) return text.help;
  return absl::StrCat(text.help, ": ", absl::StrJoin(EnumTexts(*field.enum_type()), ", "));
}

absl::StatusOr<std::string> Content(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file || !content) return UsageError(absl::StrCat("Cannot read the file ", path, "."));
  return content.str();
}

}  // namespace

FieldFlags::FieldFlags(CLI::App* command, const Descriptor& request, const std::set<std::string>& taken)
    : request_(request.name()),
      taken_(taken),
      is_create_(absl::StartsWith(std::string(request.name()), "Create")),
      is_update_(request.FindFieldByName(kUpdateMask) != nullptr) {
  Add(command, request, "", "", true);
}

void FieldFlags::Add(CLI::App* command, const Descriptor& type, const std::string& path, const std::string& prefix,
                     bool required) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string here = absl::StrCat(path, std::string(field.name()));
    if (IsLeftOut(field, here)) continue;
    const bool needed = required && !is_update_ && Is(REQUIRED, field);
    if (IsGroup(field)) {
      Add(command, *field.message_type(), absl::StrCat(here, "."),
          absl::StrCat(prefix, GroupPrefix(std::string(field.name()))), needed);
    } else {
      AddFlag(command, field, here, prefix, needed);
    }
  }
}

bool FieldFlags::IsLeftOut(const FieldDescriptor& field, const std::string& path) const {
  const auto& name = field.name();
  if (taken_.count(path) > 0 || Is(OUTPUT_ONLY, field) || Is(IDENTIFIER, field)) return true;
  if (RulesOf(field).sensitive() || (IsGroup(field) && field.is_repeated())) return true;
  if (name == "page_size" || name == "page_token" || name == kUpdateMask || name == "parent") return true;
  if (is_update_ && Is(IMMUTABLE, field)) return true;
  // Who is at home elsewhere is invited, not created; a new thing has no etag.
  return field.message_type() == v1::Home::descriptor() || (is_create_ && name == "etag");
}

void FieldFlags::AddFlag(CLI::App* command, const FieldDescriptor& field, const std::string& path,
                         const std::string& prefix, bool required) {
  const FlagText text = FlagTextOf(absl::StrCat(request_, ".", path));
  const std::string names = Names(prefix, text.names);
  const char* const taken_back = text.help.empty() ? "none: takes it back" : "; none: takes it back";
  const std::string help = absl::StrCat(HelpOf(field, text), CanBeNone(field) ? taken_back : "");
  CLI::Option* option = field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL ? AddSwitch(command, names, help)
                        : field.is_repeated() ? AddValues(command, names, TypeOf(field, text), help)
                                              : AddValue(command, names, TypeOf(field, text), help);
  option->required(required);
  flags_.push_back({path, option, text.is_file, text.inverted});
}

absl::Status FieldFlags::Fill(const std::string& directory, const Lookup& lookup, Message* request) const {
  for (const Flag& flag : flags_) {
    if (flag.option->count() == 0) continue;
    const std::vector<std::string> values = flag.option->results();
    const bool none = values == std::vector<std::string>{kNone};
    if (none && CanBeNone(*FieldAt(*request->GetDescriptor(), flag.path))) continue;
    for (const std::string& value : values) {
      if (absl::Status status = FillOne(flag, directory, lookup, value, request); !status.ok()) return status;
    }
  }
  return is_update_ ? FillMask(request) : absl::OkStatus();
}

absl::Status FieldFlags::FillOne(const Flag& flag, const std::string& directory, const Lookup& lookup,
                                 std::string value, Message* request) const {
  if (flag.is_file) {
    absl::StatusOr<std::string> content = Content(value);
    if (!content.ok()) return content.status();
    value = *std::move(content);
  }
  const FieldDescriptor& field = *FieldAt(*request->GetDescriptor(), flag.path);
  const v1::Format format = RulesOf(field).format();
  if (IsNameFormat(format)) {
    absl::StatusOr<std::string> name = FullName(format, value, directory, lookup);
    if (!name.ok()) return name.status();
    value = *std::move(name);
  }
  if (flag.inverted) value = value == "true" ? "false" : "true";
  const absl::Status status = SetField(request, flag.path, value);
  if (status.ok() || !CanBeNone(field)) return status;
  return UsageError(std::string(status.message()), absl::StrCat(NextOf(status), " Or none, to take it back."));
}

// In an update, where a field that is named and not set gets its default: spans, which are set or not, and lists.
bool FieldFlags::CanBeNone(const FieldDescriptor& field) const {
  return is_update_ && (field.is_repeated() || field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE);
}

absl::Status FieldFlags::FillMask(Message* request) const {
  const FieldDescriptor* field = request->GetDescriptor()->FindFieldByName(kUpdateMask);
  auto* mask = static_cast<FieldMask*>(request->GetReflection()->MutableMessage(request, field));
  for (const Flag& flag : flags_) {
    const size_t dot = flag.path.find('.');
    if (flag.option->count() == 0 || dot == std::string::npos || absl::EndsWith(flag.path, ".etag")) continue;
    mask->add_paths(flag.path.substr(dot + 1));
  }
  if (mask->paths().empty())
    return UsageError("Nothing to change is given.", "See --help for the flags of what can be changed.");
  return absl::OkStatus();
}

}  // namespace hearth::cli

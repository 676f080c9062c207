#include "file_flags.h"

#include <CLI/CLI.hpp>
#include <fstream>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "options.h"
#include "usage.h"

namespace hearth::cli {
namespace {

using google::protobuf::FieldDescriptor;

// The fields, by their full names: their flags, and what these are for.
const std::map<std::string, std::pair<std::string, std::string>>& Files() {
  static const auto* const files = new std::map<std::string, std::pair<std::string, std::string>>{
      {"hearth.v1.PreviewMailResponse.text", {"--text", "write the plain text to a file"}},
      {"hearth.v1.PreviewMailResponse.html", {"--html", "write the HTML to a file, for a browser"}},
      {"hearth.v1.PreviewMailResponse.message", {"--eml", "write the whole message to a file, for a mail program"}},
  };
  return *files;
}

}  // namespace

FileFlags::FileFlags(CLI::App* command, const google::protobuf::Descriptor& response) {
  for (int i = 0; i < response.field_count(); ++i) {
    const FieldDescriptor* field = response.field(i);
    const auto file = Files().find(std::string(field->full_name()));
    if (file == Files().end()) continue;
    flags_.emplace_back(field, AddValue(command, file->second.first, "FILE", file->second.second));
  }
}

absl::Status FileFlags::Save(google::protobuf::Message* response) const {
  for (const auto& [field, option] : flags_) {
    const std::string path = ValueOf(option);
    if (path.empty()) continue;
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << response->GetReflection()->GetString(*response, field);
    file.close();
    if (!file) return UsageError(absl::StrCat("Cannot write the file ", path, "."));
    response->GetReflection()->ClearField(response, field);
  }
  return absl::OkStatus();
}

}  // namespace hearth::cli

#include "audit_evidence.h"

#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "usage.h"

namespace hearth::cli {
namespace {

using nlohmann::json;

// Whether the text is a checkpoint, or an object that has one.
bool ParseCheckpoint(const std::string& text, v1::AuditCheckpoint* checkpoint) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return false;
  const json& inner = object.contains("checkpoint") ? object["checkpoint"] : object;
  const std::string line = inner.dump(-1, ' ', false, json::error_handler_t::replace);
  return google::protobuf::util::JsonStringToMessage(line, checkpoint).ok();
}

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> ReadAuditKeys(const std::string& path) {
  std::ifstream file(path);
  if (!file) return UsageError(absl::StrCat("Cannot read the file ", path, "."));
  std::map<std::string, std::string> keys;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string id, key;
    if (!(words >> id >> key)) continue;
    keys[id] = key;
  }
  if (keys.empty()) return UsageError("The file of keys is empty.", "Make it: hearthd keys show-audit --keys-file …");
  return keys;
}

absl::Status EachCheckpoint(const std::string& path,
                            const std::function<absl::Status(const v1::AuditCheckpoint&)>& each, int* skipped) {
  std::ifstream file(path);
  if (!file) return UsageError(absl::StrCat("Cannot read the file ", path, "."));
  std::string text;
  int number = 0, begin = 0;  // Of lines: the one that was read, and the one in which the object begins.
  const auto take = [&]() -> absl::Status {
    if (text.empty()) return absl::OkStatus();
    v1::AuditCheckpoint checkpoint;
    const bool good = ParseCheckpoint(text, &checkpoint);
    text.clear();
    if (!good) {
      std::cerr << "warning: " << path << ", line " << begin << ": is not a checkpoint in JSON; passed over.\n";
      ++*skipped;
      return absl::OkStatus();
    }
    const absl::Status status = each(checkpoint);
    if (status.ok()) return status;
    return absl::Status(status.code(), absl::StrCat(path, ", line ", begin, ": ", std::string(status.message())));
  };
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty()) continue;
    // However objects were printed, what is in them is indented, and their end is a brace: so a torn one ends where anything else begins.
    const bool goes_on = line.front() == ' ' || line.front() == '\t' || line.front() == '}';
    if (!goes_on) {
      if (absl::Status status = take(); !status.ok()) return status;
    }
    if (text.empty()) begin = number;
    absl::StrAppend(&text, line, "\n");
  }
  return take();
}

}  // namespace hearth::cli

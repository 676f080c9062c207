#include "contexts.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "usage.h"

namespace hearth::cli {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

absl::Status Damaged(const std::string& path) {
  return UsageError(absl::StrCat("The contexts file ", path, " is damaged."),
                    "Correct it: {\"current\": \"NAME\", \"contexts\": {\"NAME\": {\"server\": \"host:port\"}}}.");
}

absl::Status CannotWrite(const std::string& path) {
  return UsageError(absl::StrCat("Cannot write the contexts file ", path, "."), "Choose another with HEARTH_CONFIG.");
}

absl::Status ReadContext(const std::string& path, const json& object, Contexts::Values* values) {
  if (!object.is_object()) return Damaged(path);
  for (const auto& [key, value] : object.items()) {
    if (!value.is_string() && !value.is_boolean()) return Damaged(path);
    (*values)[key] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return absl::OkStatus();
}

}  // namespace

std::string Contexts::Path() {
  if (const std::string given = Environment("HEARTH_CONFIG"); !given.empty()) return given;
  std::string folder = Environment("XDG_CONFIG_HOME");
  if (folder.empty()) folder = absl::StrCat(Environment("HOME"), "/.config");
  return absl::StrCat(folder, "/hearth/config.json");
}

absl::StatusOr<Contexts> Contexts::Load(const std::string& path) {
  Contexts result;
  std::ifstream file(path);
  if (!file) {
    if (std::error_code error; !fs::exists(path, error)) return result;
    return UsageError(absl::StrCat("Cannot read the contexts file ", path, "."));
  }
  const json root = json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!root.is_object()) return Damaged(path);
  if (root.contains("current")) {
    if (!root["current"].is_string()) return Damaged(path);
    result.current = root["current"].get<std::string>();
  }
  const json contexts = root.value("contexts", json::object());
  if (!contexts.is_object()) return Damaged(path);
  for (const auto& [name, object] : contexts.items()) {
    if (absl::Status status = ReadContext(path, object, &result.contexts[name]); !status.ok()) return status;
  }
  return result;
}

absl::Status Contexts::Save(const std::string& path) const {
  const json root = {{"current", current}, {"contexts", contexts}};
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty()) fs::create_directories(folder, error);
  const std::string fresh = absl::StrCat(path, ".new");
  {
    std::ofstream file(fresh, std::ios::trunc);
    file << root.dump(2, ' ', false, json::error_handler_t::replace) << "\n";
    if (!file.flush()) return CannotWrite(path);
  }
  fs::permissions(fresh, fs::perms::owner_read | fs::perms::owner_write, error);
  if (!error) fs::rename(fresh, path, error);
  return error ? CannotWrite(path) : absl::OkStatus();
}

}  // namespace hearth::cli

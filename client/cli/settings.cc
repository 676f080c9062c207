#include "settings.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "options.h"
#include "text.h"
#include "usage.h"

namespace hearth::cli {
namespace {

constexpr char kDefaultServer[] = "127.0.0.1:7443";

std::string FromEnvironment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool IsFile(const std::string& key) { return key == "ca" || key == "cert" || key == "key" || key == "token_file"; }

}  // namespace

const std::vector<SettingKey>& SettingKeys() {
  static const auto* const keys = new std::vector<SettingKey>{
      {"server", "--server", "HEARTH_SERVER", "HOST:PORT", "server to call (default 127.0.0.1:7443)"},
      {"ca", "--ca", "HEARTH_CA", "FILE", "PEM roots of the server's certificate (default: the system's)"},
      {"cert", "--cert", "HEARTH_CERT", "FILE", "PEM client certificate, for mutual TLS"},
      {"key", "--key", "HEARTH_KEY", "FILE", "PEM key of --cert"},
      {"server_name", "--server-name", "HEARTH_SERVER_NAME", "NAME",
       "name in the server's certificate, if not its host"},
      {"token_file", "--token-file", "HEARTH_TOKEN_FILE", "FILE", "file with the bearer token"},
      {"directory", "--directory", "HEARTH_DIRECTORY", "ID", "directory that bare ids belong to"},
      {"timeout", "--timeout", "HEARTH_TIMEOUT", "SPAN", "longest wait, such as 10s (default: the method's own)"},
      {"plaintext", "--plaintext", "HEARTH_PLAINTEXT", "", "no TLS; only for loopback addresses and unix sockets"},
  };
  return *keys;
}

SettingFlags::SettingFlags(CLI::App* app) {
  for (const SettingKey& key : SettingKeys()) {
    const std::string help = absl::StrCat(key.help, " [", key.environment, "]");
    CLI::Option* flag = key.type[0] == '\0' ? AddSwitch(app, key.flag, help) : AddValue(app, key.flag, key.type, help);
    flags_[key.key] = flag;
  }
  context_ = AddValue(app, "--context", "NAME", "settings to start from; see `hearth context` [HEARTH_CONTEXT]");
  output_ = AddValue(app, "-o,--output", "FORMAT", "table or json (default table)");
  output_->check(CLI::IsMember({"table", "json"}));
}

bool SettingFlags::json() const { return output_->count() > 0 && output_->results().back() == "json"; }

std::string SettingFlags::Value(const std::string& key, const Contexts::Values& context,
                                const std::string& fallback) const {
  const CLI::Option* flag = flags_.at(key);
  if (flag->count() > 0) return flag->results().back();
  for (const SettingKey& known : SettingKeys()) {
    if (known.key != key) continue;
    if (const std::string value = FromEnvironment(known.environment); !value.empty()) return value;
  }
  const auto stored = context.find(key);
  return stored == context.end() || stored->second.empty() ? fallback : stored->second;
}

absl::StatusOr<Contexts::Values> SettingFlags::Context() const {
  const std::string path = Contexts::Path();
  absl::StatusOr<Contexts> contexts = Contexts::Load(path);
  if (!contexts.ok()) return contexts.status();
  std::string name = context_->count() > 0 ? context_->results().back() : FromEnvironment("HEARTH_CONTEXT");
  if (name.empty()) name = contexts->current;
  if (name.empty()) return Contexts::Values();
  const auto found = contexts->contexts.find(name);
  if (found != contexts->contexts.end()) return found->second;
  return UsageError(
      absl::StrCat("There is no context \"", name, "\" in ", path, "."),
      absl::StrCat("Make it: hearth context set ", name, " --server HOST:PORT; or list them: hearth context list."));
}

absl::StatusOr<Settings> SettingFlags::Resolve() const {
  absl::StatusOr<Contexts::Values> context = Context();
  if (!context.ok()) return context.status();
  Settings settings;
  settings.client.server = Value("server", *context, kDefaultServer);
  settings.client.ca_file = Value("ca", *context);
  settings.client.cert_file = Value("cert", *context);
  settings.client.key_file = Value("key", *context);
  settings.client.server_name = Value("server_name", *context);
  settings.client.token_file = Value("token_file", *context);
  settings.client.user_agent = "hearth-cli";
  settings.directory = Value("directory", *context);
  const std::string plaintext = Value("plaintext", *context, "false");
  settings.client.plaintext = plaintext == "true" || plaintext == "1" || plaintext == "yes";
  if (const std::string timeout = Value("timeout", *context); !timeout.empty()) {
    absl::StatusOr<absl::Duration> span = ParseSpan(timeout);
    if (!span.ok()) return span.status();
    settings.client.timeout = *span;
  }
  return settings;
}

Contexts::Values SettingFlags::Given() const {
  Contexts::Values given;
  for (const auto& [key, flag] : flags_) {
    if (flag->count() == 0) continue;
    const std::string value = flag->results().back();
    std::error_code error;
    const std::filesystem::path absolute = std::filesystem::absolute(value, error);
    given[key] = IsFile(key) && !value.empty() && !error ? absolute.string() : value;
  }
  return given;
}

}  // namespace hearth::cli

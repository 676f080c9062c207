#include "server/mail/smtp_options.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/mail/mail_rules.h"

namespace hearth {
namespace {

// host[:port] of the URL, and nothing else: no user, no path.
bool HasOnlyHost(absl::string_view rest) {
  return !rest.empty() && std::all_of(rest.begin(), rest.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == ':' || c == '[' ||
           c == ']';
  });
}

bool IsLoopback(absl::string_view rest) { return absl::StartsWith(rest, "127.") || absl::StartsWith(rest, "[::1]"); }

}  // namespace

std::vector<std::string> SmtpDefects(const SmtpOptions& options) {
  std::vector<std::string> defects;
  const bool implicit = absl::StartsWith(options.url, "smtps://");
  const absl::string_view rest =
      absl::string_view(options.url).substr(std::min<size_t>(implicit ? 8 : 7, options.url.size()));
  if ((!implicit && !absl::StartsWith(options.url, "smtp://")) || !HasOnlyHost(rest)) {
    defects.push_back("--smtp-url must be smtps://host[:port] (TLS from the start) or smtp://host[:port] (STARTTLS)");
  } else if (options.plaintext && (implicit || !IsLoopback(rest))) {
    defects.push_back("--smtp-plaintext works with smtp:// and a numeric loopback address only");
  }
  if (!IsMailAddress(options.from)) defects.push_back("--mail-from is needed with --smtp-url: one mail address");
  if (options.user.empty() != options.password.empty())
    defects.push_back("--smtp-user and --smtp-password-file belong together");
  if (options.plaintext && !options.user.empty())
    defects.push_back("--smtp-user needs TLS: a password is not sent in clear");
  if (!options.ca_file.empty() && access(options.ca_file.c_str(), R_OK) != 0)
    defects.push_back(absl::StrCat("--smtp-ca ", options.ca_file, " cannot be read"));
  return defects;
}

}  // namespace hearth

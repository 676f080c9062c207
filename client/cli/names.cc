#include "names.h"

#include <map>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "usage.h"

namespace hearth::cli {
namespace {

struct Form {
  const char* what;
  const char* pattern;
};

const std::map<v1::Format, Form>& Forms() {
  static const auto* const forms = new std::map<v1::Format, Form>{
      {v1::FORMAT_DIRECTORY_NAME, {"a directory", "directories/{directory}"}},
      {v1::FORMAT_USER_NAME, {"a user", "directories/{directory}/users/{user}"}},
      {v1::FORMAT_DOMAIN_NAME, {"a domain", "directories/{directory}/domains/{domain}"}},
      {v1::FORMAT_ROLE_ASSIGNMENT_NAME,
       {"a role assignment", "directories/{directory}/users/{user}/roleAssignments/{role_assignment}"}},
      {v1::FORMAT_ADMINISTRATIVE_UNIT_NAME,
       {"an administrative unit", "directories/{directory}/administrativeUnits/{administrative_unit}"}},
      {v1::FORMAT_GROUP_NAME, {"a group", "directories/{directory}/groups/{group}"}},
      {v1::FORMAT_CUSTOM_ROLE_NAME, {"a custom role", "directories/{directory}/customRoles/{custom_role}"}},
      {v1::FORMAT_USER_NAME_OR_ALL, {"a user", "directories/{directory}/users/{user}"}},
      {v1::FORMAT_MEMBERSHIP_NAME, {"a membership", "directories/{directory}/users/{user}/memberships/{membership}"}},
      {v1::FORMAT_GUEST_POLICY_NAME, {"a guest policy", "directories/{directory}/guestPolicy"}},
      {v1::FORMAT_TRUSTED_ISSUER_NAME, {"an issuer", "directories/{directory}/trustedIssuers/{issuer}"}},
      {v1::FORMAT_SERVICE_ACCOUNT_NAME,
       {"a service account", "directories/{directory}/serviceAccounts/{service_account}"}},
      {v1::FORMAT_MAIL_NAME, {"a mail", "directories/{directory}/mails/{mail}"}},
      {v1::FORMAT_MAIL_SETTINGS_NAME, {"mail settings", "directories/{directory}/mailSettings"}},
      {v1::FORMAT_RESET_POLICY_NAME, {"a reset policy", "directories/{directory}/resetPolicy"}},
      {v1::FORMAT_PASSWORD_POLICY_NAME, {"a password policy", "directories/{directory}/passwordPolicy"}},
      {v1::FORMAT_SIGN_IN_POLICY_NAME, {"a sign-in policy", "directories/{directory}/signInPolicy"}},
      {v1::FORMAT_EVENT_RECEIVER_NAME,
       {"an event receiver", "directories/{directory}/eventReceivers/{event_receiver}"}},
      {v1::FORMAT_AUDIT_POLICY_NAME, {"an audit policy", "directories/{directory}/auditPolicy"}},
      {v1::FORMAT_RESET_REQUEST_NAME, {"a reset request", "directories/{directory}/resetRequests/{reset_request}"}},
  };
  return *forms;
}

std::vector<std::string> Segments(const std::string& name) { return absl::StrSplit(name, '/'); }

bool Fits(const std::string& name, const std::string& pattern) {
  const std::vector<std::string> have = Segments(name);
  const std::vector<std::string> want = Segments(pattern);
  if (have.size() != want.size()) return false;
  for (size_t i = 0; i < have.size(); ++i) {
    if (want[i].front() == '{' ? have[i].empty() : have[i] != want[i]) return false;
  }
  return true;
}

}  // namespace

bool IsNameFormat(v1::Format format) { return Forms().count(format) > 0; }

bool IsPrincipalName(const std::string& given) {
  return absl::StrContains(given, "@") && !absl::StrContains(given, "/");
}

absl::StatusOr<std::string> DirectoryName(const std::string& directory) {
  if (directory.empty()) {
    return UsageError(
        "No directory is given.",
        "Give --directory ID, set HEARTH_DIRECTORY, or store it: hearth context set NAME --directory ID.");
  }
  if (!absl::StrContains(directory, "/")) return absl::StrCat("directories/", directory);
  if (Fits(directory, "directories/{directory}")) return directory;
  return UsageError(absl::StrCat("\"", directory, "\" is not a directory."), "Give its id, or directories/{id}.");
}

absl::StatusOr<std::string> FullName(v1::Format format, const std::string& given, const std::string& directory,
                                     const Lookup& lookup) {
  const Form& form = Forms().at(format);
  if (Fits(given, form.pattern)) return given;
  const std::vector<std::string> pattern = Segments(form.pattern);
  if (pattern.back().front() != '{') {
    // What a directory has one of is named by the directory.
    const absl::StatusOr<std::string> parent = DirectoryName(given.empty() ? directory : given);
    return parent.ok() ? absl::StrCat(*parent, "/", pattern.back()) : parent;
  }
  const bool of_person = format == v1::FORMAT_USER_NAME || format == v1::FORMAT_USER_NAME_OR_ALL;
  if (of_person && IsPrincipalName(given)) {
    if (lookup) return lookup(given);
    return UsageError(
        absl::StrCat("\"", given, "\" is a principal name; this command takes the user's id or name."),
        absl::StrCat("Give ", form.pattern, ", or the id with --directory; `hearth user list` shows both."));
  }
  if (given.empty() || absl::StrContains(given, "/")) {
    return UsageError(absl::StrCat("\"", given, "\" is not the name of ", form.what, "."),
                      absl::StrCat("Give ", form.pattern, ", or the id alone with --directory."));
  }
  if (format == v1::FORMAT_DIRECTORY_NAME) return absl::StrCat("directories/", given);
  absl::StatusOr<std::string> parent = DirectoryName(directory);
  if (!parent.ok()) return parent.status();
  return absl::StrCat(*parent, "/", pattern[pattern.size() - 2], "/", given);
}

std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

}  // namespace hearth::cli

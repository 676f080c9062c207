#include "flag_texts.h"

#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace hearth::cli {
namespace {

std::string Hyphened(const std::string& field) { return absl::StrReplaceAll(field, {{"_", "-"}}); }

const std::map<std::string, FlagText>& Texts() {
  static const auto* const texts = new std::map<std::string, FlagText>{
      {"administrator_id", {"administrator-id", "id of the first administrator, and the `sub` of their tokens"}},
      {"audience", {"audience", "the `aud` that its tokens must carry"}},
      {"display_name", {"display-name", "name that people see"}},
      {"domain", {"domain", "verified DNS domain"}},
      {"etag", {"etag", "refuse if it was changed since it had this etag"}},
      {"help_uri", {"help-uri", "https address where its people find help with their password"}},
      {"issuer", {"issuer", "the `iss` of the tokens of an identity provider: an https address"}},
      {"jwks", {"jwks-file", "its public keys, a JSON Web Key Set", true}},
      {"mail", {"mail", "address for messages"}},
      {"permissions", {"permission", "what it may do; repeat, or separate with commas"}},
      {"primary", {"primary", "make it the directory's primary domain"}},
      {"request_id",
       {"request-id", "UUID of version 4 that names this attempt, to repeat it safely (default: a new one)"}},
      {"require_change_at_next_sign_in",
       {"no-change-required", "the password is to stay: no change at the next sign-in", false, true}},
      {"role", {"role", "role"}},
      {"show_deleted", {"show-deleted", "also those that are deleted and can be restored"}},
      {"temporary_password_lifetime",
       {"lifetime", "how long the password works until it is changed, 10m to 7d (default 24h)"}},
      {"user_id", {"id", "id of the person, and the `sub` of their tokens (default: a random UUID)"}},
      {"user_principal_name", {"principal-name,upn", "name to sign in with, such as user1@forthcoffee.com"}},
      {"user_type", {"type,user-type", "how the directory regards the person"}},
  };
  return *texts;
}

}  // namespace

FlagText FlagTextOf(const std::string& field) {
  const auto found = Texts().find(field);
  return found == Texts().end() ? FlagText{Hyphened(field), ""} : found->second;
}

std::string GroupPrefix(const std::string& field) {
  static const auto* const unprefixed =
      new std::set<std::string>{"directory", "domain", "role_assignment", "service_account", "trusted_issuer", "user"};
  return unprefixed->count(field) > 0 ? "" : absl::StrCat(Hyphened(field), "-");
}

}  // namespace hearth::cli

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
      {"administrative_unit",
       {"unit", "limit the role to the members of this administrative unit (default: the whole directory)"}},
      {"administrator.display_name", {"display-name", "the name that people see of the first administrator"}},
      {"administrator.mail", {"mail", "the first administrator's address for messages"}},
      {"administrator.user_principal_name",
       {"principal-name,upn", "name of the first administrator, in that domain: admin@forthcoffee.com"}},
      {"administrator_id", {"administrator-id", "id of the first administrator, and the `sub` of their tokens"}},
      {"audience", {"audience", "the `aud` that its tokens must carry"}},
      {"certificate_identities",
       {"certificate-identity", "what its certificates call it: a SPIFFE ID or a DNS name; repeat for several"}},
      {"contact",
       {"contact",
        "how its people reach its administrators: an address, a telephone number; shown to all who ask where they are "
        "at home"}},
      {"description", {"description", "what it is for"}},
      {"color", {"color", "colour of the line at the top and of buttons: #rrggbb"}},
      {"display_name", {"display-name", "name that people see"}},
      {"domain", {"domain", "verified DNS domain"}},
      {"etag", {"etag", "refuse if it was changed since it had this etag"}},
      {"help_uri", {"help-uri", "https address where its people find help with their password"}},
      {"home.domain", {"domain", "for a guest homed in another directory: a verified domain of it"}},
      {"home.issuer", {"issuer", "for a guest homed outside Hearth: their OpenID Connect issuer"}},
      {"issuer", {"issuer", "the `iss` of the tokens of an identity provider: an https address"}},
      {"jwks", {"jwks-file", "its public keys, a JSON Web Key Set", true}},
      {"jwks_uri", {"jwks-uri", "https address where its public keys are, to be fetched again and again"}},
      {"language", {"language", "language of the mail, a tag such as de or nl-BE"}},
      {"mail", {"mail", "address for messages"}},
      {"permissions", {"permission", "what it may do; repeat, or separate with commas"}},
      {"primary", {"primary", "make it the directory's primary domain"}},
      {"request_id",
       {"request-id", "UUID of version 4 that names this attempt, to repeat it safely (default: a new one)"}},
      {"require_change_at_next_sign_in",
       {"no-change-required", "the password is to stay: no change at the next sign-in", false, true}},
      {"restricted",
       {"restricted", "only roles that are assigned on the unit reach its members; cannot be changed later"}},
      {"relation", {"as", "how the person belongs to the group (default: member)"}},
      {"role", {"role", "role"}},
      {"role_assignable", {"role-assignable", "roles can be assigned to the group; cannot be changed later"}},
      {"sender_name", {"sender-name", "name beside the address that mails come from"}},
      {"show_deleted", {"show-deleted", "also those that are deleted and can be restored"}},
      {"support_uri", {"support-uri", "https address where people find help; at the end of every mail"}},
      {"temporary_password_lifetime",
       {"lifetime", "how long the password works until it is changed, 10m to 7d (default 24h)"}},
      {"time_zone", {"time-zone", "in which times are shown, such as Europe/Amsterdam"}},
      {"trusted_issuer_id", {"issuer-id", "id under which the issuer is registered (default: primary)"}},
      {"user_id", {"id", "id of the person, and the `sub` of their tokens (default: a random UUID)"}},
      {"user_principal_name", {"principal-name,upn", "name to sign in with, such as user1@forthcoffee.com"}},
      {"user_type", {"type,user-type", "how the directory regards the person"}},
  };
  return *texts;
}

}  // namespace

FlagText FlagTextOf(const std::string& path) {
  // The longest tail that has an entry: user.home.domain, home.domain, domain.
  for (std::string tail = path;;) {
    if (const auto found = Texts().find(tail); found != Texts().end()) return found->second;
    const size_t dot = tail.find('.');
    if (dot == std::string::npos) return FlagText{Hyphened(tail), ""};
    tail.erase(0, dot + 1);
  }
}

std::string GroupPrefix(const std::string& field) {
  static const auto* const unprefixed =
      new std::set<std::string>{"administrative_unit", "custom_role",     "directory",       "domain",         "group",
                                "mail_settings",       "role_assignment", "service_account", "trusted_issuer", "user"};
  return unprefixed->count(field) > 0 ? "" : absl::StrCat(Hyphened(field), "-");
}

}  // namespace hearth::cli

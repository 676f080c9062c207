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
      {"accept_from_elsewhere",
       {"accept-from-elsewhere", "take over what the directory's people ask for where they are guests"}},
      {"allow_other_recipients", {"allow-other-recipients", "mail generated passwords also to other addresses"}},
      {"allow_password_by_mail", {"allow-password-by-mail", "let administrators have generated passwords mailed"}},
      {"alternate_mails", {"alternate-mail", "further verified address; repeat, or separate with commas"}},
      {"audience", {"audience", "the `aud` that its tokens must carry"}},
      {"certificate_identities",
       {"certificate-identity", "what its certificates call it: a SPIFFE ID or a DNS name; repeat for several"}},
      {"contact",
       {"contact",
        "how its people reach its administrators: an address, a telephone number; shown to all who ask where they are "
        "at home"}},
      {"description", {"description", "what it is for"}},
      {"banned_terms",
       {"banned-term", "a word that makes passwords weak, 4 to 16 characters; repeat, or separate with commas"}},
      {"block", {"block", "how long nothing more happens once the count is exceeded, 1m to 7d"}},
      {"channel", {"channel", "what is mailed"}},
      {"code_lifetime", {"code-lifetime", "how long a code works, 1m to 10m"}},
      {"color", {"color", "colour of the line at the top and of buttons: #rrggbb"}},
      {"count", {"count", "how many in a window"}},
      {"delivery", {"deliver", "how the password gets to the person"}},
      {"deny_reason", {"reason", "why, as the person will read it"}},
      {"display_name", {"display-name", "name that people see"}},
      {"domain", {"domain", "verified DNS domain"}},
      {"etag", {"etag", "refuse if it was changed since it had this etag"}},
      {"explicit_verdict",
       {"explicit", "say what stands in the way, also where others are told nothing; takes users.read"}},
      {"groups", {"group", "group to be a member of from the start; repeat, or separate with commas"}},
      {"handle", {"handle", "what `reset request` answered"}},
      {"help_uri", {"help-uri", "https address where its people find help with their password"}},
      {"external_address",
       {"external", "the address that the person has from now on elsewhere: a principal name or a mail address"}},
      {"external_guests",
       {"external-guests", "it vouches for guests from outside Hearth, not for the directory's people; for good"}},
      {"filter",
       {"filter", "such as 'state = PENDING_ACCEPTANCE AND home_domain = forthcoffee.com' or 'stale = true'"}},
      {"ListAuditEventsRequest.filter",
       {"filter",
        "such as 'action = password.reset AND create_time >= \"2026-11-01T00:00:00Z\"'; fields: action, verdict, "
        "reason, "
        "service, actor, actor_directory, target, target_principal_name, event_id, create_time"}},
      {"history", {"history", "how many of a person's last passwords cannot be chosen again, 0 to 24"}},
      {"familiar_source_lifetime",
       {"familiar-source-lifetime", "how long a source stays familiar after a sign-in, 24h to 8760h"}},
      {"lockout_duration", {"lockout-duration", "how long the sign-in locks at first, 5s to 1h; doubles each time"}},
      {"lockout_threshold", {"lockout-threshold", "after how many wrong passwords the sign-in locks, 3 to 50"}},
      {"max_lockout_duration", {"max-lockout-duration", "no lock is longer than this, 1m to 24h"}},
      {"home_issuer", {"home-issuer", "for a person homed outside Hearth: their OpenID Connect issuer"}},
      {"inbound_domains", {"inbound-domain", "a domain of the inbound rule; repeat, or separate with commas"}},
      {"inbound_rule", {"inbound-rule", "whose people may be guests here"}},
      {"internal_principal_name",
       {"internal", "the principal name that the person has from now on here, in a verified domain"}},
      {"invitation_lifetime",
       {"invitation-lifetime", "how long an invitation can be redeemed, 1h to 30d (default 7d)"}},
      {"invite_from", {"invite-from", "who may invite"}},
      {"issuer", {"issuer", "the `iss` of the tokens of an identity provider: an https address"}},
      {"jwks", {"jwks-file", "its public keys, a JSON Web Key Set", true}},
      {"jwks_uri", {"jwks-uri", "https address where its public keys are, to be fetched again and again"}},
      {"language", {"language", "a language tag such as de or nl-BE"}},
      {"link_base_uri", {"link-base-uri", "https address of the page on which people choose a password"}},
      {"link_lifetime", {"link-lifetime", "how long a link works, 5m to 24h"}},
      {"mail", {"mail", "address for messages"}},
      {"max_age", {"max-age", "how old a password may become, 14d to 730d; with the preset entra only"}},
      {"max_attempts", {"max-attempts", "how often a code may be tried, 1 to 10"}},
      {"message", {"message", "a personal word in the mail"}},
      {"min_age", {"min-age", "how old a password must be before its person can change it, at most 7d"}},
      {"min_length", {"min-length", "the fewest characters, at most 64; 0: the preset's own"}},
      {"newest_first", {"newest-first", "newest first"}},
      {"outbound_domains", {"outbound-domain", "a domain of the outbound rule; repeat, or separate with commas"}},
      {"outbound_rule", {"outbound-rule", "where this directory's people may be guests"}},
      {"acks", {"ack", "id of a token that need not come again; repeat, or separate with commas"}},
      {"delivery_method", {"delivery-method", "how events get there"}},
      {"endpoint_uri", {"endpoint-uri", "https address to which tokens are posted"}},
      {"max_events", {"max-events", "how many tokens at most, up to 100; 0: only acknowledge"}},
      {"paused", {"paused", "hold delivery up; --paused=false: go on"}},
      {"return_immediately", {"return-immediately", "answer at once, also when there is nothing"}},
      {"verification_state", {"state", "what the event carries, so that the receiver knows who asked"}},
      {"event_receiver.audience", {"audience", "the `aud` of its tokens"}},
      {"event_receiver.service_account", {"service-account", "the service account that alone may poll"}},
      {"event_receiver.types", {"event-type", "only events of this type; repeat, or separate with commas"}},
      {"event_id", {"event-id", "prove that the row of this {audit_event} is in the log"}},
      {"kept_size", {"kept-size", "prove that the log of so many rows is a prefix of this one"}},
      {"personal_retention", {"personal-retention", "how long that is kept which rows say of persons, 30d to 3650d"}},
      {"retention", {"retention", "how long rows are kept, 30d to 3650d"}},
      {"show_removed", {"show-removed", "also what is left of rows that the policy removed"}},
      {"permissions", {"permission", "what it may do; repeat, or separate with commas"}},
      {"preferred_language", {"language", "the language that mails to the person are in: a tag such as de or nl-BE"}},
      {"preset", {"preset", "the rules that belong together"}},
      {"primary", {"primary", "make it the directory's primary domain"}},
      {"recipients", {"recipient", "whom the password is mailed to (default: you); repeat, or separate with commas"}},
      {"redeem_uri", {"redeem-uri", "https address of the page where invited people redeem"}},
      {"redirect_uri", {"redirect-uri", "https address to go to after redeeming, of those that the policy lists"}},
      {"redirect_uris", {"redirect-uri", "https address that inviters may choose; repeat, or separate with commas"}},
      {"request_id",
       {"request-id", "UUID of version 4 that names this attempt, to repeat it safely (default: a new one)"}},
      {"request_lifetime", {"request-lifetime", "how long a request waits for an administrator, 1h to 720h"}},
      {"required_proofs", {"required-proofs", "proofs that a person needs to reset alone, 1 or 2"}},
      {"require_change_at_next_sign_in",
       {"no-change-required", "the password is to stay: no change at the next sign-in", false, true}},
      {"restricted",
       {"restricted", "only roles that are assigned on the unit reach its members; cannot be changed later"}},
      {"relation", {"as", "how the person belongs to the group (default: member)"}},
      {"role", {"role", "role"}},
      {"role_assignable", {"role-assignable", "roles can be assigned to the group; cannot be changed later"}},
      {"second_factor_follows",
       {"second-factor-follows", "a second factor always follows: 8 characters suffice with the preset nist"}},
      {"self_service", {"self-service", "who may reset without an administrator"}},
      {"self_service_group", {"self-service-group", "the group, for selected_group"}},
      {"sender_name", {"sender-name", "name beside the address that mails come from"}},
      {"show_deleted", {"show-deleted", "also those that are deleted and can be restored"}},
      {"state", {"state", "only those in this state"}},
      {"support_uri", {"support-uri", "https address where people find help; at the end of every mail"}},
      {"consent", {"consent", "agree that the inviting directory lists you, and may end your access"}},
      {"restrict_guests", {"restrict-guests", "roles give guests nothing: they see themselves only"}},
      {"roles", {"role", "role to have from the start; repeat, or separate with commas"}},
      {"send_mail", {"send-mail", "whether Hearth sends the mail; --send-mail=false: it does not"}},
      {"source", {"source", "where the person is: a word of yours that stays the same there, such as a device"}},
      {"sponsor", {"sponsor", "who answers for the guest: directories/…/users/…"}},
      {"tell_refused_resets",
       {"tell-refused-resets", "tell this directory's people by mail when a reset of theirs was refused elsewhere"}},
      {"temporary_password_lifetime",
       {"lifetime", "how long the password works until it is changed, 10m to 7d (default 24h)"}},
      {"time_zone", {"time-zone", "in which times are shown, such as Europe/Amsterdam"}},
      {"trusted_issuer_id", {"issuer-id", "id under which the issuer is registered (default: primary)"}},
      {"window", {"window", "the window, 1m to 7d"}},
      {"user", {"for", "whose password it is to be, so that their names count"}},
      {"user_id", {"id", "id of the person, and the `sub` of their tokens (default: a random UUID)"}},
      {"user_principal_name", {"principal-name,upn", "name to sign in with, such as user1@forthcoffee.com"}},
      {"user_type", {"type,user-type", "how the directory regards the person"}},
  };
  return *texts;
}

}  // namespace

FlagText FlagTextOf(const std::string& path) {
  // The longest tail that has an entry: CreateUserRequest.user.home.domain, user.home.domain, home.domain, domain.
  for (std::string tail = path;;) {
    if (const auto found = Texts().find(tail); found != Texts().end()) return found->second;
    const size_t dot = tail.find('.');
    if (dot == std::string::npos) return FlagText{Hyphened(tail), ""};
    tail.erase(0, dot + 1);
  }
}

std::string GroupPrefix(const std::string& field) {
  static const auto* const unprefixed = new std::set<std::string>{"administrative_unit",
                                                                  "audit_policy",
                                                                  "event_receiver",
                                                                  "custom_role",
                                                                  "directory",
                                                                  "domain",
                                                                  "group",
                                                                  "guest_policy",
                                                                  "guest_user",
                                                                  "mail_settings",
                                                                  "password_policy",
                                                                  "reset_policy",
                                                                  "role_assignment",
                                                                  "service_account",
                                                                  "sign_in_policy",
                                                                  "trusted_issuer",
                                                                  "user"};
  return unprefixed->count(field) > 0 ? "" : absl::StrCat(Hyphened(field), "-");
}

}  // namespace hearth::cli

#include "verbs.h"

namespace hearth::cli {

const std::vector<Noun>& Nouns() {
  static const auto* const nouns = new std::vector<Noun>{
      {"user", "people: their accounts and passwords", "People"},
      {"reset", "requests for a new password: by the people themselves, and the administrators' queue", "People"},
      {"guest", "guests: people from outside, and people homed elsewhere", "People"},
      {"home", "where people are at home", "People"},
      {"role", "roles of people", "People"},
      {"unit", "administrative units: parts of a directory's people, to which roles can be limited", "People"},
      {"group", "groups, and the roles that people hold through them", "People"},
      {"custom-role", "roles that a directory defines", "People"},
      {"password", "passwords that people want to choose", "People"},
      {"platform", "the platform: who may make directories", "Organisations"},
      {"directory", "directories: the organisations", "Organisations"},
      {"domain", "verified domains of a directory", "Organisations"},
      {"issuer", "identity providers whose tokens a directory accepts", "Organisations"},
      {"service-account", "backend services as callers", "Organisations"},
      {"password-policy", "what the passwords of a directory must be", "Organisations"},
      {"mail", "the mails that a directory sends: how they look, which could not be delivered", "Organisations"},
      {"audit", "what was done, refused and failed, as a log that can be proved", "Organisations"},
      {"events", "what happens to people, as it happens", "Organisations"},
  };
  return *nouns;
}

const std::vector<Verb>& Verbs() {
  static const auto* const verbs = new std::vector<Verb>{
      // People and their passwords.
      {"user", "reset-password", "ResetPassword", "USER", "target", "", "",
       "give a person a new password, in their home directory",
       "  hearth user reset-password user1@forthcoffee.com               generated, shown once, to be "
       "changed at sign-in\n"
       "  hearth user reset-password user1 --directory forthcoffee --lifetime 1h\n"
       "  hearth user reset-password user1@forthcoffee.com --given       asks for the password, twice\n"
       "  pass show user1 | hearth user reset-password user1@forthcoffee.com --password-stdin "
       "--no-change-required\n"
       "  hearth user reset-password user1@forthcoffee.com --deliver secret_link\n"},
      {"user", "revoke-sessions", "RevokeSessions", "USER", "target", "", "", "end all sessions of a person",
       "  hearth user revoke-sessions user1@forthcoffee.com\n"},
      {"user", "check-reset", "CheckResetPassword", "USER", "target", "", "",
       "whether a reset would be allowed, and why not; changes nothing; exit code 5 when it is not",
       "  hearth user check-reset user1@forthcoffee.com\n"
       "  hearth user check-reset user1@forthcoffee.com -o json\n"},
      {"user", "create", "CreateUser", "PRINCIPAL_NAME", "user.user_principal_name", "", "",
       "add a person who is at home here; who is at home elsewhere is invited (hearth guest invite)",
       "  hearth user create user1@forthcoffee.com --display-name 'User One' --id user1\n"},
      {"user", "get", "GetUser", "USER", "name", "", "", "show one person",
       "  hearth user get user1 --directory forthcoffee\n"
       "  hearth user get directories/forthcoffee/users/user1 -o json\n"},
      {"user", "list", "ListUsers", "", "", "", "", "list the people of a directory",
       "  hearth user list\n  hearth user list --show-deleted --limit 20\n"},
      {"user", "update", "UpdateUser", "USER", "user.name", "", "", "change a person",
       "  hearth user update user1 --display-name 'User One' --mail user1@forthcoffee.com\n"
       "  hearth user update user1 --language nl-BE\n"
       "  hearth user update ann --type member\n"},
      {"user", "delete", "DeleteUser", "USER", "name", "", "", "delete a person; can be restored for 30 days",
       "  hearth user delete user1\n"},
      {"user", "undelete", "UndeleteUser", "USER", "name", "", "", "restore a deleted person",
       "  hearth user undelete user1\n"},
      {"user", "enable", "EnableUser", "USER", "name", "", "", "let a disabled person act again",
       "  hearth user enable user1\n"},
      {"user", "disable", "DisableUser", "USER", "name", "", "", "stop a person from signing in and calling",
       "  hearth user disable user1\n"},
      {"user", "verify-password", "VerifyPassword", "USER", "target", "", "",
       "whether a password is right and the person may sign in",
       "  hearth user verify-password user1@forthcoffee.com              asks for the password\n"
       "  hearth user verify-password user1@forthcoffee.com --password-file secret.txt\n"},
      {"user", "change-password", "ChangePassword", "USER", "target", "", "",
       "change a password, with proof of the current one",
       "  hearth user change-password user1@forthcoffee.com              asks for both\n"
       "  printf '%s\\n' \"$old\" \"$new\" | hearth user change-password user1@forthcoffee.com "
       "--password-stdin\n"},

      {"password", "check", "CheckPassword", "", "", "", "",
       "how a password fares by each rule of the directory; stores nothing; exit code 3 when one is broken",
       "  hearth password check                                          asks for the password\n"
       "  hearth password check --for user1@forthcoffee.com --language de --password-file secret.txt\n"},
      {"user", "lockout", "GetSignInLockout", "USER", "name", "", "",
       "show how many wrong passwords were tried for a person, and until when their sign-in is locked",
       "  hearth user lockout user1@forthcoffee.com\n"},
      {"user", "clear-lockout", "ClearSignInLockout", "USER", "name", "", "", "unlock the sign-in of a person",
       "  hearth user clear-lockout user1@forthcoffee.com\n"},

      // The way back in.
      {"reset", "request", "RequestReset", "IDENTIFIER", "identifier", "", "",
       "ask for a new password for somebody who cannot sign in; the answer is the same for everybody",
       "  hearth reset request user1@forthcoffee.com\n"
       "  hearth reset request user1@forthcoffee.com --language de --channel code\n"},
      {"reset", "verify", "VerifyResetCode", "", "", "", "",
       "turn a code from a mail into a token for `reset complete`",
       "  hearth reset verify --handle HANDLE                            asks for the code\n"
       "  hearth reset verify --link-token-file token                    where two proofs are needed\n"},
      {"reset", "complete", "CompleteReset", "", "", "", "",
       "choose the new password, with the token of a link or code",
       "  hearth reset complete                                          asks for both\n"
       "  printf '%s\\n' \"$token\" \"$password\" | hearth reset complete --password-stdin\n"},
      {"reset", "list", "ListResetRequests", "", "", "", "", "list the requests that need an administrator",
       "  hearth reset list --state pending\n  hearth reset list --newest-first --limit 20\n"},
      {"reset", "get", "GetResetRequest", "RESET_REQUEST", "name", "", "", "show one request",
       "  hearth reset get 0b2f6a04-7d1a-4b3e-9a55-0d9f2f6f8f10\n"},
      {"reset", "approve", "ApproveResetRequest", "RESET_REQUEST", "name", "", "",
       "grant a request: the person gets a generated password, or a link to choose one",
       "  hearth reset approve 0b2f6a04-7d1a-4b3e-9a55-0d9f2f6f8f10 --deliver secret_link\n"},
      {"reset", "deny", "DenyResetRequest", "RESET_REQUEST", "name", "", "",
       "turn a request down, with a word to the person",
       "  hearth reset deny 0b2f6a04-7d1a-4b3e-9a55-0d9f2f6f8f10 --reason 'Please call the help desk.'\n"},
      {"reset", "cancel", "CancelResetRequest", "RESET_REQUEST", "name", "", "",
       "take a request back, without a word to the person",
       "  hearth reset cancel 0b2f6a04-7d1a-4b3e-9a55-0d9f2f6f8f10\n"},
      {"reset", "limits", "GetResetLimits", "USER", "name", "", "", "show what is counted of a person",
       "  hearth reset limits user1\n"},
      {"reset", "clear-limits", "ClearResetLimits", "USER", "name", "", "", "let a person ask and try again",
       "  hearth reset clear-limits user1\n"},
      {"reset", "policy", "GetResetPolicy", "[DIRECTORY]", "name", "", "",
       "show how the people of a directory may reset", "  hearth reset policy\n"},
      {"reset", "set-policy", "UpdateResetPolicy", "[DIRECTORY]", "reset_policy.name", "", "",
       "change how the people of a directory may reset",
       "  hearth reset set-policy --self-service all --link-base-uri https://account.forthcoffee.com/reset\n"
       "  hearth reset set-policy --requests-count 3 --requests-window 1h\n"},

      {"role", "assign", "CreateRoleAssignment", "USER", "parent", "ROLE", "role_assignment.role",
       "give a person a role in the directory, or on one of its administrative units",
       "  hearth role assign user1 helpdesk_administrator\n  hearth role assign user1 'Helpdesk "
       "Administrator'\n  hearth role assign user1 helpdesk_administrator --unit north\n"},
      {"role", "list", "ListRoleAssignments", "USER", "parent", "", "", "list the roles of a person",
       "  hearth role list user1\n"},
      {"role", "remove", "DeleteRoleAssignment", "USER", "name", "ROLE", "role", "take a role from a person",
       "  hearth role remove user1 helpdesk_administrator\n"
       "  hearth role remove user1 helpdesk_administrator --unit north\n"},

      {"unit", "create", "CreateAdministrativeUnit", "UNIT", "administrative_unit_id", "", "",
       "create an administrative unit",
       "  hearth unit create north --display-name 'The north'\n"
       "  hearth unit create board --display-name 'The board' --restricted\n"},
      {"unit", "get", "GetAdministrativeUnit", "UNIT", "name", "", "", "show a unit", "  hearth unit get north\n"},
      {"unit", "list", "ListAdministrativeUnits", "", "", "", "", "list the units of a directory",
       "  hearth unit list\n"},
      {"unit", "update", "UpdateAdministrativeUnit", "UNIT", "administrative_unit.name", "", "", "change a unit",
       "  hearth unit update north --display-name 'North of the river'\n"},
      {"unit", "delete", "DeleteAdministrativeUnit", "UNIT", "name", "", "",
       "remove a unit, its memberships, and the roles that are limited to it", "  hearth unit delete north\n"},
      {"unit", "add-member", "AddAdministrativeUnitMember", "UNIT", "name", "USER", "user", "put a person into a unit",
       "  hearth unit add-member north user1\n"},
      {"unit", "list-members", "ListAdministrativeUnitMembers", "UNIT", "name", "", "", "list the people in a unit",
       "  hearth unit list-members north\n"},
      {"unit", "remove-member", "RemoveAdministrativeUnitMember", "UNIT", "name", "USER", "user",
       "take a person out of a unit", "  hearth unit remove-member north user1\n"},

      {"group", "create", "CreateGroup", "GROUP", "group_id", "", "", "create a group",
       "  hearth group create on-call --display-name 'Who is on call' --role-assignable\n"},
      {"group", "get", "GetGroup", "GROUP", "name", "", "", "show a group", "  hearth group get on-call\n"},
      {"group", "list", "ListGroups", "", "", "", "", "list the groups of a directory", "  hearth group list\n"},
      {"group", "update", "UpdateGroup", "GROUP", "group.name", "", "", "change a group",
       "  hearth group update on-call --description 'Changes every Monday'\n"},
      {"group", "delete", "DeleteGroup", "GROUP", "name", "", "", "remove a group; its members lose the roles it held",
       "  hearth group delete on-call\n"},
      {"group", "add-member", "AddGroupMember", "GROUP", "name", "USER", "user",
       "make a person member or owner of a group",
       "  hearth group add-member on-call user1\n  hearth group add-member on-call user2 --as owner\n"},
      {"group", "list-members", "ListGroupMembers", "GROUP", "name", "", "", "list members and owners of a group",
       "  hearth group list-members on-call\n"},
      {"group", "remove-member", "RemoveGroupMember", "GROUP", "name", "USER", "user",
       "take a person from the members, or the owners, of a group", "  hearth group remove-member on-call user1\n"},
      {"group", "assign-role", "CreateRoleAssignment", "GROUP", "parent", "ROLE", "role_assignment.role",
       "give the members of a role-assignable group a role",
       "  hearth group assign-role on-call helpdesk_administrator\n"
       "  hearth group assign-role on-call helpdesk_administrator --unit north\n"},
      {"group", "list-roles", "ListRoleAssignments", "GROUP", "parent", "", "", "list the roles of a group",
       "  hearth group list-roles on-call\n"},
      {"group", "remove-role", "DeleteRoleAssignment", "GROUP", "name", "ROLE", "role", "take a role from a group",
       "  hearth group remove-role on-call helpdesk_administrator\n"},

      {"custom-role", "create", "CreateCustomRole", "CUSTOM_ROLE", "custom_role_id", "", "",
       "define a role of the directory: a set of permissions; assign it as custom.{id}",
       "  hearth custom-role create reception --display-name Reception --permission users.read,resets.perform\n"
       "  hearth role assign user1 custom.reception\n"},
      {"custom-role", "get", "GetCustomRole", "CUSTOM_ROLE", "name", "", "", "show a custom role",
       "  hearth custom-role get reception\n"},
      {"custom-role", "list", "ListCustomRoles", "", "", "", "", "list the custom roles of a directory",
       "  hearth custom-role list\n"},
      {"custom-role", "update", "UpdateCustomRole", "CUSTOM_ROLE", "custom_role.name", "", "",
       "change a custom role, for all who hold it", "  hearth custom-role update reception --permission users.read\n"},
      {"custom-role", "delete", "DeleteCustomRole", "CUSTOM_ROLE", "name", "", "",
       "remove a custom role that nobody holds", "  hearth custom-role delete reception\n"},

      {"guest", "invite", "InviteGuestUser", "ADDRESS", "address", "", "",
       "invite a person who is at home elsewhere; the token is shown once, and of use to that person only",
       "  hearth guest invite user1@forthcoffee.com --display-name 'User One' --message 'The plans are here.'\n"
       "  hearth guest invite bo@example.net --home-issuer https://id.example.net --send-mail=false\n"
       "  hearth guest invite di@example.org --home-issuer https://id.example.org --group "
       "directories/contoso/groups/readers\n"},
      {"guest", "redeem", "RedeemInvitation", "", "", "", "",
       "accept an invitation, as the invited person with a token of their home",
       "  hearth guest redeem --consent                       asks for the invitation's token\n"
       "  hearth guest redeem --consent --invitation-token-file token\n"},
      {"guest", "resend", "ResendInvitation", "USER", "name", "", "",
       "send a pending invitation again, with a new token and a new lifetime", "  hearth guest resend ann\n"},
      {"guest", "revoke", "RevokeInvitation", "USER", "name", "", "",
       "take a pending invitation back, and the guest with it", "  hearth guest revoke ann\n"},
      {"guest", "show", "GetGuestUser", "USER", "name", "", "", "show one guest", "  hearth guest show ann\n"},
      {"guest", "get", "GetGuestUser", "USER", "name", "", "", "show one guest", "  hearth guest get ann\n"},
      {"guest", "list", "ListGuestUsers", "", "", "", "", "list the guests of a directory",
       "  hearth guest list\n  hearth guest list --filter 'stale = true'\n"},
      {"guest", "update", "UpdateGuestUser", "USER", "guest_user.name", "", "",
       "change what the directory owns of a guest",
       "  hearth guest update ann --sponsor directories/contoso/users/grace\n"},
      {"guest", "block", "DisableUser", "USER", "name", "", "", "stop a guest from acting here, and only here",
       "  hearth guest block ann\n"},
      {"guest", "unblock", "EnableUser", "USER", "name", "", "", "let a blocked guest act again",
       "  hearth guest unblock ann\n"},
      {"guest", "remove", "DeleteGuestUser", "USER", "name", "", "", "remove a guest; can be restored for 30 days",
       "  hearth guest remove ann --send-mail\n"},
      {"guest", "restore", "UndeleteGuestUser", "USER", "name", "", "", "restore a removed guest",
       "  hearth guest restore ann\n"},
      {"guest", "reset-redemption", "ResetRedemption", "USER", "name", "ADDRESS", "address",
       "let another identity redeem; the guest keeps id, roles and history",
       "  hearth guest reset-redemption ann ann@newemployer.com\n"},
      {"guest", "convert", "ConvertGuestUser", "USER", "name", "", "",
       "move a person's home: here, or elsewhere (then the password here is destroyed)",
       "  hearth guest convert ann --internal ann@contoso.com\n  hearth guest convert ann --external "
       "ann@forthcoffee.com\n"},
      {"guest", "memberships", "ListMemberships", "USER", "parent", "", "",
       "list where a person of this directory is a guest; - for all its people",
       "  hearth guest memberships user1\n  hearth guest memberships -\n"},
      {"guest", "leave", "LeaveDirectory", "USER", "name", "DIRECTORY", "membership",
       "end a membership, from home: as the guest, or for somebody who leaves", "  hearth guest leave user1 contoso\n"},
      {"guest", "policy", "GetGuestPolicy", "[DIRECTORY]", "name", "", "", "show what a directory allows with guests",
       "  hearth guest policy\n"},
      {"guest", "set-policy", "UpdateGuestPolicy", "[DIRECTORY]", "guest_policy.name", "", "",
       "change what a directory allows with guests",
       "  hearth guest set-policy --redeem-uri https://account.contoso.com/invitation\n"
       "  hearth guest set-policy --inbound-rule only_listed --inbound-domain forthcoffee.com\n"},
      {"guest", "home", "ResolveHomeDirectory", "PRINCIPAL_NAME", "user_principal_name", "", "",
       "where a person is at home: signs in, and has the password reset",
       "  hearth guest home user1@forthcoffee.com\n"},
      {"guest", "resolve", "ResolveHomeDirectory", "PRINCIPAL_NAME", "user_principal_name", "", "",
       "where a person is at home: signs in, and has the password reset",
       "  hearth guest resolve user1@forthcoffee.com\n"},
      {"home", "resolve", "ResolveHomeDirectory", "PRINCIPAL_NAME", "user_principal_name", "", "",
       "where a person is at home: signs in, and has the password reset",
       "  hearth home resolve user1@forthcoffee.com\n"},

      // Organisations.
      {"platform", "bootstrap", "BootstrapPlatform", "OPERATOR", "operator_id", "", "",
       "register an operator of the platform, with the token that `hearthd bootstrap` printed",
       "  hearth platform bootstrap ann --bootstrap-token-file token --issuer https://id.example.com \\\n"
       "    --audience hearth --jwks-file keys.json\n"},
      {"directory", "create", "CreateDirectory", "DIRECTORY", "directory_id", "", "",
       "create a directory with its first domain, administrator and issuer (platform operators)",
       "  hearth directory create forthcoffee --display-name 'Forth Coffee' --domain forthcoffee.com \\\n"
       "    --administrator-id admin --administrator-principal-name admin@forthcoffee.com \\\n"
       "    --administrator-display-name 'First Administrator' \\\n"
       "    --issuer https://id.forthcoffee.com --audience hearth --jwks-file keys.json\n"},
      {"directory", "get", "GetDirectory", "[DIRECTORY]", "name", "", "", "show a directory",
       "  hearth directory get\n"},
      {"directory", "list", "ListDirectories", "", "", "", "", "list the directories (platform operators)",
       "  hearth directory list\n"},
      {"directory", "update", "UpdateDirectory", "[DIRECTORY]", "directory.name", "", "", "change a directory",
       "  hearth directory update forthcoffee --help-uri https://forthcoffee.com/password\n"},
      {"directory", "delete", "DeleteDirectory", "DIRECTORY", "name", "", "",
       "delete a directory; can be restored for 30 days (platform operators)",
       "  hearth directory delete forthcoffee\n"},
      {"directory", "undelete", "UndeleteDirectory", "DIRECTORY", "name", "", "",
       "restore a deleted directory (platform operators)", "  hearth directory undelete forthcoffee\n"},
      {"directory", "suspend", "SuspendDirectory", "DIRECTORY", "name", "", "",
       "stop all people and services of a directory; nothing is lost (platform operators)",
       "  hearth directory suspend forthcoffee\n"},
      {"directory", "resume", "ResumeDirectory", "DIRECTORY", "name", "", "",
       "end the suspension of a directory (platform operators)", "  hearth directory resume forthcoffee\n"},

      {"directory", "sign-in-policy", "GetSignInPolicy", "[DIRECTORY]", "name", "", "",
       "show how wrong passwords lock the sign-in of a directory's people", "  hearth directory sign-in-policy\n"},
      {"directory", "set-sign-in-policy", "UpdateSignInPolicy", "[DIRECTORY]", "sign_in_policy.name", "", "",
       "change how wrong passwords lock the sign-in of a directory's people",
       "  hearth directory set-sign-in-policy --lockout-threshold 5 --lockout-duration 5m\n"},

      {"domain", "create", "CreateDomain", "DOMAIN", "domain_id", "", "",
       "give a directory one more domain (platform operators)",
       "  hearth domain create forthcoffee.example --directory forthcoffee\n"},
      {"domain", "get", "GetDomain", "DOMAIN", "name", "", "", "show a domain",
       "  hearth domain get forthcoffee.com\n"},
      {"domain", "list", "ListDomains", "", "", "", "", "list the domains of a directory", "  hearth domain list\n"},
      {"domain", "update", "UpdateDomain", "DOMAIN", "domain.name", "", "", "make a domain the primary one",
       "  hearth domain update forthcoffee.example --primary\n"},
      {"domain", "delete", "DeleteDomain", "DOMAIN", "name", "", "",
       "take a domain from its directory (platform operators)", "  hearth domain delete forthcoffee.example\n"},
      {"domain", "undelete", "UndeleteDomain", "DOMAIN", "name", "", "",
       "restore a deleted domain (platform operators)", "  hearth domain undelete forthcoffee.example\n"},

      {"issuer", "create", "CreateTrustedIssuer", "ISSUER", "trusted_issuer_id", "", "",
       "trust an identity provider's tokens, for this directory only",
       "  hearth issuer create main --issuer https://id.forthcoffee.com --audience hearth \\\n"
       "    --jwks-uri https://id.forthcoffee.com/keys\n"
       "  hearth issuer create main --issuer https://id.forthcoffee.com --audience hearth --jwks-file keys.json\n"
       "  hearth issuer create partner --issuer https://id.example.net --audience forth-guests --external-guests \\\n"
       "    --jwks-uri https://id.example.net/keys\n"},
      {"issuer", "get", "GetTrustedIssuer", "ISSUER", "name", "", "", "show an issuer", "  hearth issuer get main\n"},
      {"issuer", "list", "ListTrustedIssuers", "", "", "", "", "list the issuers of a directory",
       "  hearth issuer list\n"},
      {"issuer", "update", "UpdateTrustedIssuer", "ISSUER", "trusted_issuer.name", "", "",
       "change the keys of an issuer, or where they are",
       "  hearth issuer update main --jwks-file both-keys.json\n"
       "  hearth issuer update main --jwks-uri https://id.forthcoffee.com/keys\n"},
      {"issuer", "delete", "DeleteTrustedIssuer", "ISSUER", "name", "", "", "refuse an issuer's tokens from now on",
       "  hearth issuer delete main\n"},

      {"service-account", "create", "CreateServiceAccount", "SERVICE_ACCOUNT", "service_account_id", "", "",
       "let a backend service call, with the permissions given here and no others",
       "  hearth service-account create portal --display-name Portal --permission users.read --permission "
       "guests.read\n"
       "  hearth service-account create sign-in --display-name 'Sign-in' --permission passwords.verify \\\n"
       "    --certificate-identity spiffe://forthcoffee.com/sign-in\n"},
      {"service-account", "get", "GetServiceAccount", "SERVICE_ACCOUNT", "name", "", "", "show a service account",
       "  hearth service-account get portal\n"},
      {"service-account", "list", "ListServiceAccounts", "", "", "", "", "list the service accounts of a directory",
       "  hearth service-account list\n"},
      {"service-account", "update", "UpdateServiceAccount", "SERVICE_ACCOUNT", "service_account.name", "", "",
       "change a service account; lists are replaced whole",
       "  hearth service-account update portal --permission users.read\n"
       "  hearth service-account update sign-in --certificate-identity spiffe://forthcoffee.com/sign-in \\\n"
       "    --certificate-identity spiffe://forthcoffee.com/sign-in-2        both, while certificates are replaced\n"},
      {"service-account", "enable", "EnableServiceAccount", "SERVICE_ACCOUNT", "name", "", "",
       "let a disabled service account call again", "  hearth service-account enable portal\n"},
      {"service-account", "disable", "DisableServiceAccount", "SERVICE_ACCOUNT", "name", "", "",
       "refuse a service account until it is enabled", "  hearth service-account disable portal\n"},
      {"service-account", "delete", "DeleteServiceAccount", "SERVICE_ACCOUNT", "name", "", "",
       "refuse a service account from now on", "  hearth service-account delete portal\n"},

      {"password-policy", "get", "GetPasswordPolicy", "[DIRECTORY]", "name", "", "",
       "show what the passwords of a directory must be", "  hearth password-policy get\n"},
      {"password-policy", "update", "UpdatePasswordPolicy", "[DIRECTORY]", "password_policy.name", "", "",
       "change what the passwords of a directory must be; lists are replaced whole",
       "  hearth password-policy update --min-length 20 --history 5\n"
       "  hearth password-policy update --preset entra --max-age 90d\n"
       "  hearth password-policy update --preset nist --max-age none     passwords expire no more\n"
       "  hearth password-policy update --banned-term espresso --banned-term ristretto\n"
       "  hearth password-policy update --banned-term none\n"},

      {"mail", "list", "ListSetAsideMails", "", "", "", "",
       "list the mails that were set aside because they could not be delivered",
       "  hearth mail list\n  hearth mail list --directory forthcoffee -o json\n"},
      {"mail", "retry", "RetryMail", "MAIL", "name", "", "", "send a mail that was set aside again",
       "  hearth mail retry 6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10\n"},
      {"mail", "discard", "DiscardMail", "MAIL", "name", "", "", "give a mail up that was set aside",
       "  hearth mail discard 6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10\n"},
      {"mail", "preview", "PreviewMail", "TEMPLATE", "template", "", "",
       "show what a mail looks like, with sample values; sends nothing",
       "  hearth mail preview RESET_LINK\n"
       "  hearth mail preview RESET_LINK --language de --html reset.html --eml reset.eml\n"},
      {"mail", "settings", "GetMailSettings", "[DIRECTORY]", "name", "", "", "show how a directory's mails look",
       "  hearth mail settings\n"},
      {"mail", "update", "UpdateMailSettings", "[DIRECTORY]", "mail_settings.name", "", "",
       "change how a directory's mails look",
       "  hearth mail update --color '#8b1a1a' --language nl --time-zone Europe/Amsterdam\n"
       "  hearth mail update --support-uri https://it.forthcoffee.com --sender-name 'Forth Coffee IT'\n"},

      {"events", "add-receiver", "CreateEventReceiver", "RECEIVER", "event_receiver_id", "", "",
       "have events delivered as Security Event Tokens: to an https address, or to who asks",
       "  hearth events add-receiver portal --endpoint-uri https://portal.forthcoffee.com/events --audience portal\n"
       "  hearth events add-receiver portal --endpoint-uri … --audience portal --event-type sessions_revoked\n"
       "  hearth events add-receiver inside --delivery-method poll --audience inside --service-account sessions\n"},
      {"events", "update-receiver", "UpdateEventReceiver", "RECEIVER", "event_receiver.name", "", "",
       "change where, how or which events are delivered, or hold them up",
       "  hearth events update-receiver portal --paused\n"
       "  hearth events update-receiver portal --paused=false --endpoint-uri "
       "https://portal.forthcoffee.com/v2/events\n"},
      {"events", "verify-receiver", "VerifyEventReceiver", "RECEIVER", "name", "", "",
       "send a receiver a verification event; `events receiver` shows when it was accepted",
       "  hearth events verify-receiver portal --state 'after the move'\n"},
      {"events", "poll", "PollEvents", "RECEIVER", "name", "", "",
       "ask for the tokens of a receiver, and acknowledge those from before",
       "  hearth events poll inside --return-immediately -o json\n"
       "  hearth events poll inside --ack 6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10\n"},
      {"events", "receiver", "GetEventReceiver", "RECEIVER", "name", "", "",
       "show a receiver, and how its delivery goes", "  hearth events receiver portal\n"},
      {"events", "receivers", "ListEventReceivers", "", "", "", "", "list the receivers of a directory",
       "  hearth events receivers\n"},
      {"events", "remove-receiver", "DeleteEventReceiver", "RECEIVER", "name", "", "", "deliver no more to a receiver",
       "  hearth events remove-receiver portal\n"},
      {"events", "keys", "GetEventKeys", "", "", "", "", "show the public keys with which the tokens are verified",
       "  hearth events keys -o json\n"},

      {"audit", "list", "ListAuditEvents", "", "", "", "", "list what was done, refused and failed",
       "  hearth audit list --newest-first --limit 20\n"
       "  hearth audit list --filter 'verdict = REFUSED AND create_time >= \"2026-11-01T00:00:00Z\"'\n"},
      {"audit", "policy", "GetAuditPolicy", "[DIRECTORY]", "name", "", "", "show how long the audit is kept",
       "  hearth audit policy\n"},
      {"audit", "set-policy", "UpdateAuditPolicy", "[DIRECTORY]", "audit_policy.name", "", "",
       "change how long the audit is kept", "  hearth audit set-policy --retention 730d --personal-retention 90d\n"},
  };
  return *verbs;
}

}  // namespace hearth::cli

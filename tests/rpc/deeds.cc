#include "tests/rpc/deeds.h"

namespace hearth::test {
namespace {

constexpr char kUnit[] =
    "INSERT INTO hearth.administrative_units (directory_id, unit_id, display_name, restricted)"
    " VALUES ('{d}', '{n}', 'A unit', false)";
constexpr char kGroup[] =
    "INSERT INTO hearth.groups (directory_id, group_id, display_name, role_assignable)"
    " VALUES ('{d}', '{n}', 'A group', false)";
constexpr char kCustomRole[] =
    "INSERT INTO hearth.custom_roles (directory_id, custom_role_id, display_name, permissions)"
    " VALUES ('{d}', '{n}', 'A role', '{users.read}')";
constexpr char kIssuer[] =
    "INSERT INTO hearth.trusted_issuers (directory_id, issuer_id, issuer, audience, jwks)"
    " VALUES ('{d}', '{n}', 'https://{n}.example', 'hearth', '{\"keys\":[]}')";
constexpr char kAccount[] =
    "INSERT INTO hearth.service_accounts (directory_id, service_account_id, display_name, permissions)"
    " VALUES ('{d}', '{n}', 'An account', '{users.read}')";
constexpr char kReceiver[] =
    "INSERT INTO hearth.event_receivers (directory_id, event_receiver_id, delivery_method, endpoint_uri, audience, "
    "place,"
    " service_account_id, verification_id) VALUES ('{d}', '{n}', 2, '', 'inside', 0, 'poller', '{i}')";
constexpr char kDirectory[] =
    "INSERT INTO hearth.directories (directory_id, display_name) VALUES ('{n}', 'A directory')";
constexpr char kDomain[] = "INSERT INTO hearth.domains (domain, directory_id) VALUES ('{n}.example', '{d}')";
constexpr char kMail[] =
    "INSERT INTO hearth.mails (directory_id, mail_id, recipient, person, template, languages, message_id, key_id, "
    "sealed,"
    " state, expire_time, end_time) VALUES ('{d}', '{i}', 'a@mail.example', '', 1, '', '{n}', 'k', '\\x00', 4,"
    " now() + interval '1 day', now())";
constexpr char kResetRequest[] =
    "INSERT INTO hearth.reset_requests (directory_id, reset_request_id, user_id, asked_through, language, noticed,"
    " expire_time) VALUES ('{d}', '{i}', '{u}', 'directories/{d}/serviceAccounts/backend', '', true,"
    " now() + interval '1 day')";

std::string About(const std::string& person) { return "name: 'directories/{d}/users/" + person + "'"; }

}  // namespace

const std::map<std::string, Deed>& Deeds() {
  static const auto* const deeds = new std::map<std::string, Deed>{
      {"AuditService.ListAuditEvents", {"parent: 'directories/{d}'"}},
      {"AuditService.GetAuditCheckpoint", {"name: 'directories/{d}'"}},
      {"AuditService.VerifyAudit", {"name: 'directories/{d}'"}},
      {"AuditService.UpdateAuditPolicy",
       {"audit_policy { name: 'directories/{d}/auditPolicy' personal_retention { seconds: 5184000 } }"}},
      {"AuditService.WatchEvents", {"parent: 'directories/{d}'"}},

      {"CredentialService.VerifyPassword", {About("{u}") + " password: '{password}'"}},
      {"CredentialService.ChangePassword",
       {About("{u}") + " current_password: '{password}' new_password: 'another that nobody guesses'"}},
      {"CredentialService.UpdatePasswordPolicy",
       {"password_policy { name: 'directories/{d}/passwordPolicy' history: 2 }"}},
      {"CredentialService.ImportCredentials",
       {"parent: 'directories/{d}' rows { row: 1 " + About("{u}") +
        " password_hash: '{SSHA}NkbUAN0WIN+y6otpB/l3ooXnKg6oN6Hq' }"}},
      {"CredentialService.ClearSignInLockout", {About("{u}")}},
      {"CredentialService.UpdateSignInPolicy",
       {"sign_in_policy { name: 'directories/{d}/signInPolicy' lockout_threshold: 7 }"}},

      {"DirectoryService.BootstrapPlatform",
       {"bootstrap_token: '{token}' operator_id: '{n}' issuer: 'https://{n}.example' audience: 'operators' jwks: "
        "'{jwks}'"
        " trusted_issuer_id: '{n}'",
        "", "platform/{n}"}},
      {"DirectoryService.CreateDirectory",
       {"directory_id: '{n}' directory { display_name: 'New' } domain: '{n}.example' administrator_id: 'ann'"
        " administrator { user_principal_name: 'ann@{n}.example' display_name: 'Ann' }"
        " trusted_issuer { issuer: 'https://{n}.example' audience: 'hearth' jwks: '{jwks}' }"}},
      {"DirectoryService.UpdateDirectory", {"directory { name: 'directories/{d}' display_name: 'Another name' }"}},
      {"DirectoryService.DeleteDirectory", {"name: 'directories/{n}'", kDirectory}},
      {"DirectoryService.UndeleteDirectory",
       {"name: 'directories/{n}'",
        std::string(kDirectory) + "; UPDATE hearth.directories SET delete_time = now() WHERE directory_id = '{n}'"}},
      {"DirectoryService.SuspendDirectory", {"name: 'directories/{n}'", kDirectory}},
      {"DirectoryService.ResumeDirectory",
       {"name: 'directories/{n}'",
        std::string(kDirectory) + "; UPDATE hearth.directories SET suspend_time = now() WHERE directory_id = '{n}'"}},
      {"DirectoryService.CreateDomain", {"parent: 'directories/{d}' domain_id: '{n}.example' domain {}"}},
      {"DirectoryService.UpdateDomain",
       {"domain { name: 'directories/{d}/domains/{n}.example' primary: true }", kDomain}},
      {"DirectoryService.DeleteDomain", {"name: 'directories/{d}/domains/{n}.example'", kDomain}},
      {"DirectoryService.UndeleteDomain",
       {"name: 'directories/{d}/domains/{n}.example'",
        std::string(kDomain) + "; UPDATE hearth.domains SET delete_time = now() WHERE domain = '{n}.example'"}},

      {"DirectoryService.CreateUser",
       {"parent: 'directories/{d}' user_id: '{n}' user { user_principal_name: '{n}@{D}' display_name: 'New'"
        " user_type: USER_TYPE_MEMBER }"}},
      {"DirectoryService.UpdateUser", {"user { " + About("{u}") + " display_name: 'Another name' }"}},
      {"DirectoryService.DeleteUser", {About("{u}")}},
      {"DirectoryService.UndeleteUser",
       {About("{u}"), "UPDATE hearth.users SET delete_time = now() WHERE directory_id = '{d}' AND user_id = '{u}'"}},
      {"DirectoryService.DisableUser", {About("{u}")}},
      {"DirectoryService.EnableUser",
       {About("{u}"), "UPDATE hearth.users SET disabled = true WHERE directory_id = '{d}' AND user_id = '{u}'"}},
      {"DirectoryService.CreateRoleAssignment",
       {"parent: 'directories/{d}/users/{u}' role_assignment { role: ROLE_HELPDESK_ADMINISTRATOR }"}},
      {"DirectoryService.DeleteRoleAssignment",
       {About("{u}/roleAssignments/helpdesk_administrator"),
        "INSERT INTO hearth.role_assignments (directory_id, user_id, role) VALUES ('{d}', '{u}',"
        " 'helpdesk_administrator')"}},

      {"DirectoryService.CreateAdministrativeUnit",
       {"parent: 'directories/{d}' administrative_unit_id: '{n}' administrative_unit { display_name: 'New' }"}},
      {"DirectoryService.UpdateAdministrativeUnit",
       {"administrative_unit { name: 'directories/{d}/administrativeUnits/{n}' display_name: 'Another' }", kUnit}},
      {"DirectoryService.DeleteAdministrativeUnit", {"name: 'directories/{d}/administrativeUnits/{n}'", kUnit}},
      {"DirectoryService.AddAdministrativeUnitMember",
       {"name: 'directories/{d}/administrativeUnits/{n}' user: 'directories/{d}/users/{u}'", kUnit}},
      {"DirectoryService.RemoveAdministrativeUnitMember",
       {"name: 'directories/{d}/administrativeUnits/{n}' user: 'directories/{d}/users/{u}'",
        std::string(kUnit) + "; INSERT INTO hearth.administrative_unit_members (directory_id, unit_id, user_id)"
                             " VALUES ('{d}', '{n}', '{u}')"}},
      {"DirectoryService.CreateGroup", {"parent: 'directories/{d}' group_id: '{n}' group { display_name: 'New' }"}},
      {"DirectoryService.UpdateGroup",
       {"group { name: 'directories/{d}/groups/{n}' display_name: 'Another name' }", kGroup}},
      {"DirectoryService.DeleteGroup", {"name: 'directories/{d}/groups/{n}'", kGroup}},
      {"DirectoryService.AddGroupMember",
       {"name: 'directories/{d}/groups/{n}' user: 'directories/{d}/users/{u}'", kGroup}},
      {"DirectoryService.RemoveGroupMember",
       {"name: 'directories/{d}/groups/{n}' user: 'directories/{d}/users/{u}'",
        std::string(kGroup) + "; INSERT INTO hearth.group_members (directory_id, group_id, user_id, relation)"
                              " VALUES ('{d}', '{n}', '{u}', 1)"}},
      {"DirectoryService.CreateCustomRole",
       {"parent: 'directories/{d}' custom_role_id: '{n}' custom_role { display_name: 'New' permissions:"
        " PERMISSION_USERS_READ }"}},
      {"DirectoryService.UpdateCustomRole",
       {"custom_role { name: 'directories/{d}/customRoles/{n}' display_name: 'Another name' }", kCustomRole}},
      {"DirectoryService.DeleteCustomRole", {"name: 'directories/{d}/customRoles/{n}'", kCustomRole}},

      {"DirectoryService.CreateTrustedIssuer",
       {"parent: 'directories/{d}' trusted_issuer_id: '{n}' trusted_issuer { issuer: 'https://{n}.example'"
        " audience: 'hearth' jwks: '{jwks}' }"}},
      {"DirectoryService.UpdateTrustedIssuer",
       {"trusted_issuer { name: 'directories/{d}/trustedIssuers/{n}' audience: 'another' }", kIssuer}},
      {"DirectoryService.DeleteTrustedIssuer", {"name: 'directories/{d}/trustedIssuers/{n}'", kIssuer}},
      {"DirectoryService.CreateServiceAccount",
       {"parent: 'directories/{d}' service_account_id: '{n}' service_account { display_name: 'New' permissions:"
        " PERMISSION_USERS_READ }"}},
      {"DirectoryService.UpdateServiceAccount",
       {"service_account { name: 'directories/{d}/serviceAccounts/{n}' display_name: 'Another name' }", kAccount}},
      {"DirectoryService.DisableServiceAccount", {"name: 'directories/{d}/serviceAccounts/{n}'", kAccount}},
      {"DirectoryService.EnableServiceAccount",
       {"name: 'directories/{d}/serviceAccounts/{n}'",
        std::string(kAccount) +
            "; UPDATE hearth.service_accounts SET disabled = true WHERE service_account_id = '{n}'"}},
      {"DirectoryService.DeleteServiceAccount", {"name: 'directories/{d}/serviceAccounts/{n}'", kAccount}},

      {"EventReceiverService.CreateEventReceiver",
       {"parent: 'directories/{d}' event_receiver_id: '{n}' event_receiver { audience: 'inside'"
        " delivery_method: EVENT_DELIVERY_METHOD_POLL service_account: 'directories/{d}/serviceAccounts/poller' }"}},
      {"EventReceiverService.UpdateEventReceiver",
       {"event_receiver { name: 'directories/{d}/eventReceivers/{n}' paused: true }", kReceiver}},
      {"EventReceiverService.VerifyEventReceiver", {"name: 'directories/{d}/eventReceivers/{n}'", kReceiver}},
      {"EventReceiverService.PollEvents",
       {"name: 'directories/{d}/eventReceivers/{n}' return_immediately: true acks: '{i}'", kReceiver, "{d}/poller"}},
      {"EventReceiverService.DeleteEventReceiver", {"name: 'directories/{d}/eventReceivers/{n}'", kReceiver}},

      {"GuestUserService.InviteGuestUser", {"parent: 'directories/{d}' address: '{h}@{O}' user_id: '{n}'"}},
      {"GuestUserService.ResendInvitation", {About("{p}")}},
      {"GuestUserService.RevokeInvitation", {About("{p}")}},
      {"GuestUserService.RedeemInvitation", {"invitation_token: '{token}' consent: true", "", "{o}/{h}"}},
      {"GuestUserService.ResetRedemption", {About("{g}") + " address: '{h}@{O}'"}},
      {"GuestUserService.UpdateGuestUser", {"guest_user { " + About("{g}") + " display_name: 'Another name' }"}},
      {"GuestUserService.DeleteGuestUser", {About("{g}")}},
      {"GuestUserService.UndeleteGuestUser",
       {About("{g}"), "UPDATE hearth.users SET delete_time = now() WHERE directory_id = '{d}' AND user_id = '{g}'"}},
      {"GuestUserService.ConvertGuestUser", {About("{g}") + " internal_principal_name: '{n}@{D}'"}},
      {"GuestUserService.LeaveDirectory", {About("{m}/memberships/{o}")}},
      {"GuestUserService.UpdateGuestPolicy",
       {"guest_policy { name: 'directories/{d}/guestPolicy' tell_refused_resets: true }"}},

      {"MailService.UpdateMailSettings",
       {"mail_settings { name: 'directories/{d}/mailSettings' sender_name: 'The desk' }"}},
      {"MailService.RetryMail", {"name: 'directories/{d}/mails/{i}'", kMail}},
      {"MailService.DiscardMail", {"name: 'directories/{d}/mails/{i}'", kMail}},

      {"RequestResetService.RequestReset", {"identifier: '{u}@{D}'"}},
      {"RequestResetService.VerifyResetCode", {"handle: '{handle}' code: '{code}'"}},
      {"RequestResetService.CompleteReset", {"reset_token: '{token}' new_password: 'another that nobody guesses'"}},
      {"RequestResetService.ApproveResetRequest", {"name: 'directories/{d}/resetRequests/{i}'", kResetRequest}},
      {"RequestResetService.DenyResetRequest", {"name: 'directories/{d}/resetRequests/{i}'", kResetRequest}},
      {"RequestResetService.CancelResetRequest", {"name: 'directories/{d}/resetRequests/{i}'", kResetRequest}},
      {"RequestResetService.ClearResetLimits", {About("{u}")}},
      {"RequestResetService.UpdateResetPolicy",
       {"reset_policy { name: 'directories/{d}/resetPolicy' max_attempts: 4 }"}},

      {"ResetPasswordService.ResetPassword", {About("{u}") + " generated {}"}},
      {"ResetPasswordService.RevokeSessions", {About("{u}")}},
      {"ResetPasswordService.BatchResetPasswords",
       {"parent: 'directories/{d}' requests { " + About("{u}") + " generated {} }"}},
  };
  return *deeds;
}

}  // namespace hearth::test

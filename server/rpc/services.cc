#include "server/rpc/services.h"

namespace hearth {

void AddServices(const Desks& desks, RpcTable& table) {
  // ResetPasswordService
  table.Add(desks.reset, &ResetDesk::ResetPassword);
  table.Add(desks.reset, &ResetDesk::CheckResetPassword);
  table.Add(desks.batch, &BatchDesk::BatchResetPasswords);
  table.Add(desks.reset, &ResetDesk::RevokeSessions);

  // RequestResetService: by the people themselves
  table.Add(desks.request, &RequestDesk::RequestReset);
  table.Add(desks.proof, &ProofDesk::VerifyResetCode);
  table.Add(desks.proof, &ProofDesk::CompleteReset);
  // … the administrators' queue
  table.Add(desks.queue, &QueueDesk::ListResetRequests);
  table.Add(desks.queue, &QueueDesk::GetResetRequest);
  table.Add(desks.queue, &QueueDesk::ApproveResetRequest);
  table.Add(desks.queue, &QueueDesk::DenyResetRequest);
  table.Add(desks.queue, &QueueDesk::CancelResetRequest);
  // … limits and policy
  table.Add(desks.limit, &LimitDesk::GetResetLimits);
  table.Add(desks.limit, &LimitDesk::ClearResetLimits);
  table.Add(desks.reset_policy, &ResetPolicyDesk::GetResetPolicy);
  table.Add(desks.reset_policy, &ResetPolicyDesk::UpdateResetPolicy);

  // GuestUserService
  table.Add(desks.guest, &GuestDesk::ResolveHomeDirectory);
  table.Add(desks.guest, &GuestDesk::GetGuestUser);
  table.Add(desks.guest, &GuestDesk::ListGuestUsers);
  table.Add(desks.invitation, &InvitationDesk::InviteGuestUser);
  table.Add(desks.invitation, &InvitationDesk::ResendInvitation);
  table.Add(desks.invitation, &InvitationDesk::RevokeInvitation);
  table.Add(desks.invitation, &InvitationDesk::ResetRedemption);
  table.Add(desks.redemption, &RedemptionDesk::RedeemInvitation);
  table.Add(desks.guest_user, &GuestUserDesk::UpdateGuestUser);
  table.Add(desks.guest_user, &GuestUserDesk::DeleteGuestUser);
  table.Add(desks.restoration, &RestorationDesk::UndeleteGuestUser);
  table.Add(desks.conversion, &ConversionDesk::ConvertGuestUser);
  table.Add(desks.membership, &MembershipDesk::ListMemberships);
  table.Add(desks.membership, &MembershipDesk::LeaveDirectory);
  table.Add(desks.guest_policy, &GuestPolicyDesk::GetGuestPolicy);
  table.Add(desks.guest_policy, &GuestPolicyDesk::UpdateGuestPolicy);

  // CredentialService
  table.Add(desks.credential, &CredentialDesk::VerifyPassword);
  table.Add(desks.credential, &CredentialDesk::ChangePassword);
  table.Add(desks.password_policy, &PasswordPolicyDesk::CheckPassword);
  table.Add(desks.password_policy, &PasswordPolicyDesk::GetPasswordPolicy);
  table.Add(desks.password_policy, &PasswordPolicyDesk::UpdatePasswordPolicy);
  table.Add(desks.importer, &ImportDesk::ImportCredentials);
  // … wrong passwords
  table.Add(desks.sign_in, &SignInDesk::GetSignInLockout);
  table.Add(desks.sign_in, &SignInDesk::ClearSignInLockout);
  table.Add(desks.sign_in, &SignInDesk::GetSignInPolicy);
  table.Add(desks.sign_in, &SignInDesk::UpdateSignInPolicy);

  // DirectoryService: the platform
  table.Add(desks.bootstrap, &BootstrapDesk::BootstrapPlatform);
  // … directories
  table.Add(desks.directory, &DirectoryDesk::CreateDirectory);
  table.Add(desks.directory, &DirectoryDesk::GetDirectory);
  table.Add(desks.directory, &DirectoryDesk::ListDirectories);
  table.Add(desks.directory, &DirectoryDesk::UpdateDirectory);
  table.Add(desks.directory, &DirectoryDesk::DeleteDirectory);
  table.Add(desks.directory, &DirectoryDesk::UndeleteDirectory);
  table.Add(desks.directory, &DirectoryDesk::SuspendDirectory);
  table.Add(desks.directory, &DirectoryDesk::ResumeDirectory);
  // … domains
  table.Add(desks.domain, &DomainDesk::CreateDomain);
  table.Add(desks.domain, &DomainDesk::GetDomain);
  table.Add(desks.domain, &DomainDesk::ListDomains);
  table.Add(desks.domain, &DomainDesk::UpdateDomain);
  table.Add(desks.domain, &DomainDesk::DeleteDomain);
  table.Add(desks.domain, &DomainDesk::UndeleteDomain);
  // … people
  table.Add(desks.user, &UserDesk::CreateUser);
  table.Add(desks.user, &UserDesk::GetUser);
  table.Add(desks.user, &UserDesk::ListUsers);
  table.Add(desks.user, &UserDesk::UpdateUser);
  table.Add(desks.user, &UserDesk::DeleteUser);
  table.Add(desks.restoration, &RestorationDesk::UndeleteUser);
  table.Add(desks.user, &UserDesk::DisableUser);
  table.Add(desks.user, &UserDesk::EnableUser);
  // … roles
  table.Add(desks.role, &RoleDesk::CreateRoleAssignment);
  table.Add(desks.role, &RoleDesk::ListRoleAssignments);
  table.Add(desks.role, &RoleDesk::DeleteRoleAssignment);
  // … administrative units
  table.Add(desks.unit, &UnitDesk::CreateAdministrativeUnit);
  table.Add(desks.unit, &UnitDesk::GetAdministrativeUnit);
  table.Add(desks.unit, &UnitDesk::ListAdministrativeUnits);
  table.Add(desks.unit, &UnitDesk::UpdateAdministrativeUnit);
  table.Add(desks.unit, &UnitDesk::DeleteAdministrativeUnit);
  table.Add(desks.unit_member, &UnitMemberDesk::AddAdministrativeUnitMember);
  table.Add(desks.unit_member, &UnitMemberDesk::ListAdministrativeUnitMembers);
  table.Add(desks.unit_member, &UnitMemberDesk::RemoveAdministrativeUnitMember);
  // … groups
  table.Add(desks.group, &GroupDesk::CreateGroup);
  table.Add(desks.group, &GroupDesk::GetGroup);
  table.Add(desks.group, &GroupDesk::ListGroups);
  table.Add(desks.group, &GroupDesk::UpdateGroup);
  table.Add(desks.group, &GroupDesk::DeleteGroup);
  table.Add(desks.group_member, &GroupMemberDesk::AddGroupMember);
  table.Add(desks.group_member, &GroupMemberDesk::ListGroupMembers);
  table.Add(desks.group_member, &GroupMemberDesk::RemoveGroupMember);
  // … custom roles
  table.Add(desks.custom_role, &CustomRoleDesk::CreateCustomRole);
  table.Add(desks.custom_role, &CustomRoleDesk::GetCustomRole);
  table.Add(desks.custom_role, &CustomRoleDesk::ListCustomRoles);
  table.Add(desks.custom_role, &CustomRoleDesk::UpdateCustomRole);
  table.Add(desks.custom_role, &CustomRoleDesk::DeleteCustomRole);
  // … issuers
  table.Add(desks.issuer, &IssuerDesk::CreateTrustedIssuer);
  table.Add(desks.issuer, &IssuerDesk::GetTrustedIssuer);
  table.Add(desks.issuer, &IssuerDesk::ListTrustedIssuers);
  table.Add(desks.issuer, &IssuerDesk::UpdateTrustedIssuer);
  table.Add(desks.issuer, &IssuerDesk::DeleteTrustedIssuer);
  // … service accounts
  table.Add(desks.service_account, &ServiceAccountDesk::CreateServiceAccount);
  table.Add(desks.service_account, &ServiceAccountDesk::GetServiceAccount);
  table.Add(desks.service_account, &ServiceAccountDesk::ListServiceAccounts);
  table.Add(desks.service_account, &ServiceAccountDesk::UpdateServiceAccount);
  table.Add(desks.service_account, &ServiceAccountDesk::DisableServiceAccount);
  table.Add(desks.service_account, &ServiceAccountDesk::EnableServiceAccount);
  table.Add(desks.service_account, &ServiceAccountDesk::DeleteServiceAccount);

  // MailService
  table.Add(desks.mail, &MailDesk::GetMailSettings);
  table.Add(desks.mail, &MailDesk::UpdateMailSettings);
  table.Add(desks.mail, &MailDesk::PreviewMail);
  table.Add(desks.set_aside, &SetAsideDesk::ListSetAsideMails);
  table.Add(desks.set_aside, &SetAsideDesk::RetryMail);
  table.Add(desks.set_aside, &SetAsideDesk::DiscardMail);

  // AuditService
  table.Add(desks.audit, &AuditDesk::ListAuditEvents);
  table.Add(desks.audit, &AuditDesk::GetAuditCheckpoint);
  table.Add(desks.audit, &AuditDesk::VerifyAudit);
  table.Add(desks.audit_policy, &AuditPolicyDesk::GetAuditPolicy);
  table.Add(desks.audit_policy, &AuditPolicyDesk::UpdateAuditPolicy);
  table.Add(desks.watch, &WatchDesk::WatchEvents, v1::WatchEventsResponse::default_instance());

  // EventReceiverService
  table.Add(desks.receiver, &ReceiverDesk::CreateEventReceiver);
  table.Add(desks.receiver, &ReceiverDesk::GetEventReceiver);
  table.Add(desks.receiver, &ReceiverDesk::ListEventReceivers);
  table.Add(desks.receiver, &ReceiverDesk::UpdateEventReceiver);
  table.Add(desks.receiver, &ReceiverDesk::VerifyEventReceiver);
  table.Add(desks.poll, &PollDesk::PollEvents, v1::PollEventsResponse::default_instance());
  table.Add(desks.receiver, &ReceiverDesk::DeleteEventReceiver);
  table.Add(desks.receiver, &ReceiverDesk::GetEventKeys);
}

}  // namespace hearth

// The table of contents of the server: every RPC, and the desk that serves it.
#pragma once

#include "server/credential/credential_desk.h"
#include "server/credential/import_desk.h"
#include "server/credential/policy_desk.h"
#include "server/credential/sign_in_desk.h"
#include "server/directory/bootstrap_desk.h"
#include "server/directory/custom_role_desk.h"
#include "server/directory/directory_desk.h"
#include "server/directory/domain_desk.h"
#include "server/directory/group_desk.h"
#include "server/directory/group_member_desk.h"
#include "server/directory/issuer_desk.h"
#include "server/directory/role_desk.h"
#include "server/directory/service_account_desk.h"
#include "server/directory/unit_desk.h"
#include "server/directory/unit_member_desk.h"
#include "server/directory/user_desk.h"
#include "server/guest/conversion_desk.h"
#include "server/guest/guest_desk.h"
#include "server/guest/guest_user_desk.h"
#include "server/guest/invitation_desk.h"
#include "server/guest/membership_desk.h"
#include "server/guest/policy_desk.h"
#include "server/guest/redemption_desk.h"
#include "server/guest/restoration_desk.h"
#include "server/mail/mail_desk.h"
#include "server/mail/set_aside_desk.h"
#include "server/reset/batch_desk.h"
#include "server/reset/limit_desk.h"
#include "server/reset/policy_desk.h"
#include "server/reset/proof_desk.h"
#include "server/reset/queue_desk.h"
#include "server/reset/request_desk.h"
#include "server/reset/reset_desk.h"
#include "server/rpc/rpc_table.h"
#include "server/signal/poll_desk.h"
#include "server/signal/receiver_desk.h"
#include "server/trail/audit_desk.h"
#include "server/trail/audit_policy_desk.h"
#include "server/trail/watch_desk.h"

namespace hearth {

// The desks. Each outlives the table.
struct Desks {
  ResetDesk* reset;
  BatchDesk* batch;
  RequestDesk* request;
  ProofDesk* proof;
  QueueDesk* queue;
  LimitDesk* limit;
  ResetPolicyDesk* reset_policy;
  GuestDesk* guest;
  InvitationDesk* invitation;
  RedemptionDesk* redemption;
  GuestUserDesk* guest_user;
  RestorationDesk* restoration;
  ConversionDesk* conversion;
  MembershipDesk* membership;
  GuestPolicyDesk* guest_policy;
  CredentialDesk* credential;
  PasswordPolicyDesk* password_policy;
  ImportDesk* importer;
  SignInDesk* sign_in;
  BootstrapDesk* bootstrap;
  DirectoryDesk* directory;
  DomainDesk* domain;
  UserDesk* user;
  RoleDesk* role;
  UnitDesk* unit;
  UnitMemberDesk* unit_member;
  GroupDesk* group;
  GroupMemberDesk* group_member;
  CustomRoleDesk* custom_role;
  IssuerDesk* issuer;
  ServiceAccountDesk* service_account;
  MailDesk* mail;
  SetAsideDesk* set_aside;
  AuditDesk* audit;
  AuditPolicyDesk* audit_policy;
  WatchDesk* watch;
  ReceiverDesk* receiver;
  PollDesk* poll;
};

// Adds a row for every RPC.
void AddServices(const Desks& desks, RpcTable& table);

}  // namespace hearth

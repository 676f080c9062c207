// All objects of the server, wired by hand.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/app/config.h"
#include "server/audit/tree_head.h"
#include "server/authn/token_authority.h"
#include "server/base/clock.h"
#include "server/base/keyring.h"
#include "server/base/random.h"
#include "server/credential/breach_filter.h"
#include "server/credential/breach_range.h"
#include "server/credential/hasher.h"
#include "server/credential/new_passwords.h"
#include "server/credential/rehasher.h"
#include "server/directory/page.h"
#include "server/event/event_hub.h"
#include "server/event/resume_token.h"
#include "server/reset/intent_relay.h"
#include "server/rpc/dispatcher.h"
#include "server/rpc/metrics.h"
#include "server/rpc/services.h"
#include "server/signal/poll_hub.h"
#include "server/storage/database.h"

namespace hearth {

// Everything below the network, in the order in which each needs those before it; destroyed in the reverse. Tests make one with a clock and a
// randomness of their own.
class Environment {
 public:
  // Reads the keys file and maps the filter of breached passwords, runs the hashing self-test, checks the table of RPCs, starts the workers. Opens no connection yet. `clock` and `random` outlive
  // the environment. Fails with a text for the operator.
  static absl::StatusOr<std::unique_ptr<Environment>> Create(const Config& config, const Clock* clock, Random* random);

  const RpcTable& table() const { return table_; }
  Dispatcher& dispatcher() { return *dispatcher_; }
  Metrics& metrics() { return *metrics_; }
  Database& database() { return database_; }
  const Keyring& keyring() const { return keyring_; }
  Hasher& hasher() { return hasher_; }
  TokenAuthority& tokens() { return tokens_; }
  IntentRelay& intent_relay() { return intent_relay_; }
  const HeadSigner& head_signer() const { return head_signer_; }
  EventHub& event_hub() { return event_hub_; }
  PollHub& poll_hub() { return poll_hub_; }
  const EventTokens& event_tokens() const { return event_tokens_; }

 private:
  Environment(const Config& config, Keyring keyring, std::unique_ptr<BreachFilter> breached, const Clock* clock,
              Random* random);

  const Keyring keyring_;
  Database database_;
  Hasher hasher_;
  const std::unique_ptr<BreachFilter> breached_;  // Null: none is configured.
  const std::unique_ptr<BreachRange> range_;      // Null: none is configured.
  NewPasswords new_passwords_;
  Rehasher rehasher_;
  Pager pager_;
  TokenAuthority tokens_;
  const HeadSigner head_signer_;
  const ResumeTokens resume_tokens_;
  const EventTokens event_tokens_;
  EventHub event_hub_;
  PollHub poll_hub_;

  IntentRelay intent_relay_;

  ResetDesk reset_;
  BatchDesk batch_;
  RequestDesk request_;
  ProofDesk proof_;
  QueueDesk queue_;
  LimitDesk limit_;
  ResetPolicyDesk reset_policy_;
  GuestDesk guest_;
  InvitationDesk invitation_;
  RedemptionDesk redemption_;
  GuestUserDesk guest_user_;
  RestorationDesk restoration_;
  ConversionDesk conversion_;
  MembershipDesk membership_;
  GuestPolicyDesk guest_policy_;
  CredentialDesk credential_;
  PasswordPolicyDesk password_policy_;
  ImportDesk import_;
  SignInDesk sign_in_;
  BootstrapDesk bootstrap_;
  DirectoryDesk directory_;
  DomainDesk domain_;
  UserDesk user_;
  RoleDesk role_;
  UnitDesk unit_;
  UnitMemberDesk unit_member_;
  GroupDesk group_;
  GroupMemberDesk group_member_;
  CustomRoleDesk custom_role_;
  IssuerDesk issuer_;
  ServiceAccountDesk service_account_;
  MailDesk mail_;
  SetAsideDesk set_aside_;
  AuditDesk audit_;
  AuditPolicyDesk audit_policy_;
  WatchDesk watch_;
  ReceiverDesk receiver_;
  PollDesk poll_;

  RpcTable table_;
  std::unique_ptr<Metrics> metrics_;
  Authenticator authenticator_;
  RateLimiter limiter_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<Settler> settler_;
  std::unique_ptr<Dispatcher> dispatcher_;
};

}  // namespace hearth

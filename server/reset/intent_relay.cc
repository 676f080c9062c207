#include "server/reset/intent_relay.h"

#include <stdexcept>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/audit/audit_store.h"
#include "server/base/error.h"
#include "server/base/ids.h"
#include "server/base/log.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/credential/credential_store.h"
#include "server/directory/domain_store.h"
#include "server/directory/group_store.h"
#include "server/directory/user_store.h"
#include "server/reset/identifier.h"
#include "server/reset/intent_store.h"
#include "server/reset/limit_store.h"
#include "server/reset/notice.h"
#include "server/reset/policy_rules.h"
#include "server/reset/policy_store.h"
#include "server/reset/queue_store.h"
#include "server/reset/token_store.h"

namespace hearth {
namespace {

constexpr int kMostAtOnce = 64;
constexpr absl::Duration kLease = absl::Seconds(60);
constexpr int kMostAttempts = 10;

// The policy of the call that left the intent behind, for its audit event.
const v1::MethodPolicy& PolicyOfRequestReset() {
  return v1::RequestResetRequest::descriptor()
      ->file()
      ->FindServiceByName("RequestResetService")
      ->FindMethodByName("RequestReset")
      ->options()
      .GetExtension(v1::policy);
}

// The call, as its audit event tells it: by whoever asked, with the id that the log has.
Call CallOf(const Intent& intent, AuditNote* note, absl::Time deadline) {
  Call call;
  call.principal = {intent.caller_directory, intent.caller};
  call.access.kind = intent.caller_kind == "person" ? PrincipalKind::kPerson : PrincipalKind::kService;
  call.policy = &PolicyOfRequestReset();
  call.rpc = "RequestResetService/RequestReset";
  call.id = intent.call_id;
  call.peer = intent.peer;
  call.trace_id = intent.trace_id;
  call.deadline = deadline;
  call.note = note;
  return call;
}

// Who asked, for people to read.
std::string ThroughOf(const Intent& intent) {
  const bool own = intent.caller_directory == intent.key.directory;
  return own ? intent.caller : absl::StrCat(intent.caller_directory, "/", intent.caller);
}

// The same as a name of the contract.
std::string NameOfAsker(const Intent& intent) {
  return intent.caller_kind == "person" ? UserName(intent.caller_directory, intent.caller)
                                        : ServiceAccountName(intent.caller_directory, intent.caller);
}

// Whom the identifier belongs to, with the row locked.
std::optional<User> LockOwner(Tx& tx, const std::string& directory, const std::string& identifier) {
  const auto found = FindByIdentifier(tx, directory, identifier);
  if (!found.has_value()) return std::nullopt;
  LockUser(tx, directory, found->id);
  return FindUser(tx, directory, found->id);  // What came in between counts.
}

bool IsSelected(Tx& tx, const v1::ResetPolicy& policy, const std::optional<User>& user) {
  const auto group = ParseResourceName(policy.self_service_group());
  return group.has_value() && user.has_value() &&
         FindGroupMember(tx, user->directory, group->id, user->id, v1::GROUP_RELATION_MEMBER).has_value();
}

}  // namespace

absl::StatusOr<int> IntentRelay::Work(absl::Time deadline) {
  std::vector<IntentKey> keys;
  RETURN_IF_ERROR(database_.WriteAlone(deadline, [&](Tx& tx) {
    keys = TakeIntents(tx, kMostAtOnce, kLease);
    return absl::OkStatus();
  }));
  for (const IntentKey& key : keys) {
    const absl::Status status = key.attempts > kMostAttempts ? GiveUp(key, deadline) : Act(key, deadline);
    if (!status.ok()) Log(LogLevel::kWarning, "reset intent failed", {{"detail", std::string(status.message())}});
  }
  return static_cast<int>(keys.size());
}

absl::Status IntentRelay::SendDigests(absl::Time deadline) {
  std::vector<std::string> directories;
  RETURN_IF_ERROR(database_.ReadAlone(deadline, [&](Tx& tx) {
    directories = DirectoriesWithUnnoticed(tx);
    return absl::OkStatus();
  }));
  absl::Status result;
  for (const std::string& directory : directories) {
    result.Update(database_.Write({directory}, deadline, [&](Tx& tx) {
      NoticeDigest(tx, keyring_, directory, FindResetPolicy(tx, directory).policy);
      return absl::OkStatus();
    }));
  }
  return result;
}

absl::StatusOr<std::optional<IntentRelay::Place>> IntentRelay::Locate(const IntentKey& key, absl::Time deadline) {
  std::optional<Place> place;
  RETURN_IF_ERROR(database_.Read({key.directory}, deadline, [&](Tx& tx) {
    place.reset();
    const auto intent = FindIntent(tx, key, /*lock=*/false);
    if (!intent.has_value()) return absl::OkStatus();
    place.emplace().wish = box_.Open(intent->sealed);
    const auto user = FindByIdentifier(tx, key.directory, place->wish.identifier);
    if (!user.has_value()) {
      const std::string& identifier = place->wish.identifier;
      place->other_directory = FindDirectoryOfDomain(tx, identifier.substr(identifier.rfind('@') + 1)).value_or("");
    } else if (user->home.kind == v1::Home::KIND_OTHER_DIRECTORY) {
      place->other_directory = user->home.directory;
    }
    if (place->other_directory == key.directory) place->other_directory.clear();
    return absl::OkStatus();
  }));
  return place;
}

// The audit tells a request in the directory where it was made, and in the other one that it concerns.
std::string IntentRelay::OtherOf(const Intent& intent, const Place& place) {
  return intent.caller_directory == intent.key.directory ? place.other_directory : intent.key.directory;
}

absl::Status IntentRelay::Act(const IntentKey& key, absl::Time deadline) {
  ASSIGN_OR_RETURN(const std::optional<Place> place, Locate(key, deadline));
  if (!place.has_value()) return absl::OkStatus();
  Scope scope = {key.directory};
  if (!place->other_directory.empty()) scope.push_back(place->other_directory);
  return database_.Write(scope, deadline, [&](Tx& tx) {
    const auto intent = FindIntent(tx, key, /*lock=*/true);
    if (!intent.has_value()) return absl::OkStatus();
    AuditNote note{
        .target = "", .target_principal_name = "", .other_directory = OtherOf(*intent, *place), .reason = ""};
    Call call = CallOf(*intent, &note, deadline);
    const absl::Status verdict = Carry(tx, *intent, *place, call);
    FinishIntent(tx, key);
    // What comes after a limit was reached is not told one by one: the event of the one that reached it stands for all.
    if (!absl::IsAlreadyExists(verdict)) AppendVerdict(tx, call, verdict);
    return absl::OkStatus();
  });
}

absl::Status IntentRelay::Carry(Tx& tx, const Intent& intent, const Place& place, Call& call) {
  const std::string& directory = intent.key.directory;
  const std::optional<User> user = LockOwner(tx, directory, place.wish.identifier);
  call.note->target_principal_name = user.has_value() ? user->user_principal_name : place.wish.identifier;
  if (user.has_value()) call.note->target = UserName(directory, user->id);

  const v1::ResetPolicy policy = FindResetPolicy(tx, directory).policy;
  const std::string subject = user.has_value() ? keys_.OfPerson(directory, user->id) : intent.identifier_digest;
  const LimitVerdict limit = CountTowards(tx, directory, subject, v1::RESET_LIMIT_KIND_REQUESTS, policy);
  if (limit != LimitVerdict::kAllowed) {
    FinishIntentsOf(tx, directory, intent.identifier_digest);
    return limit == LimitVerdict::kBlocks ? Refuse(v1::ERROR_REASON_RESET_LIMIT_REACHED)
                                          : absl::AlreadyExistsError("told before");
  }
  const bool blocked = IsBlocked(tx, directory, subject, v1::RESET_LIMIT_KIND_FAILED_PROOFS);
  ResetPlan plan = PlanReset(user, policy, place.wish.channel, IsSelected(tx, policy, user), blocked);
  // Nobody here holds the handle of a request that came from elsewhere.
  const bool from_elsewhere = intent.caller_directory != directory;
  if (from_elsewhere && plan.path == ResetPath::kSelfService && !plan.link) plan = {.path = ResetPath::kAdministrators};
  const Asked asked{intent.create_time, ThroughOf(intent), place.wish.language};
  switch (plan.path) {
    case ResetPath::kNobody:
      return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", "user"}});
    case ResetPath::kDisabled:
      return Refuse(v1::ERROR_REASON_USER_DISABLED);
    case ResetPath::kHomeOutside:
      return CheckHome(ToTarget(*user));
    case ResetPath::kHomeElsewhere:
      return SendHome(tx, intent, place, *user, asked);
    case ResetPath::kSelfService:
      Mint(tx, intent, plan, *user, asked, policy);
      return absl::OkStatus();
    case ResetPath::kAdministrators:
      Open(tx, intent, *user, asked, policy);
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

void IntentRelay::Mint(Tx& tx, const Intent& intent, const ResetPlan& plan, const User& user, const Asked& asked,
                       const v1::ResetPolicy& policy) {
  const Secret token = plan.link ? ResetKeys::NewToken() : Secret();
  const Secret code = plan.code ? ResetKeys::NewCode(random_) : Secret();
  NewResetToken row;
  row.directory = user.directory;
  row.user = user.id;
  row.person_digest = keys_.OfState(user, FindCredentialVersion(tx, user.directory, user.id));
  row.needs_both = plan.needs_both;
  if (plan.link) row.link_lifetime = SpanOf(policy.link_lifetime());
  if (plan.code) row.code_lifetime = SpanOf(policy.code_lifetime());
  if (plan.link) row.link_digest = keys_.OfLink(user.directory, token.Expose());
  if (plan.code) {
    if (!plan.needs_both) row.handle_digest = intent.key.handle_digest;
    row.code_digest =
        keys_.OfCode(user.directory, user.id, plan.needs_both ? row.link_digest : row.handle_digest, code.Expose());
  }
  PutResetToken(tx, row);
  const std::vector<std::string> addresses = AddressesOf(user);
  if (plan.needs_both) {
    MailProof(tx, keyring_, user, addresses[0], asked, policy, token, Secret());
    MailProof(tx, keyring_, user, addresses[1], asked, policy, Secret(), code);
  } else {
    MailProof(tx, keyring_, user, addresses[0], asked, policy, token, code);
  }
}

void IntentRelay::Open(Tx& tx, const Intent& intent, const User& user, const Asked& asked,
                       const v1::ResetPolicy& policy) {
  const auto id = OpenResetRequest(tx, user, NameOfAsker(intent), asked.language, SpanOf(policy.request_lifetime()));
  if (!id.has_value()) return;
  if (NoticeRequest(tx, keyring_, keys_, user, *id, asked, policy)) MarkNoticed(tx, user.directory, *id);
}

absl::Status IntentRelay::SendHome(Tx& tx, const Intent& intent, const Place& place, const User& guest,
                                   const Asked& asked) {
  // A home that changed since the transaction began to serve it is for the next attempt.
  if (guest.home.directory != place.other_directory) throw std::runtime_error("the home of a guest changed");
  MailHome(tx, keyring_, guest, asked);
  const std::string& home = guest.home.directory;
  if (FindResetPolicy(tx, home).policy.accept_from_elsewhere()) {
    Intent taken_over = intent;
    taken_over.key.directory = home;
    taken_over.identifier_digest = keys_.OfIdentifier(home, guest.user_principal_name);
    taken_over.sealed = box_.Seal({guest.user_principal_name, place.wish.language, v1::ResetPolicy::CHANNEL_LINK});
    taken_over.call_id = NewUuid4();
    HandOverIntent(tx, taken_over);
  }
  return CheckHome(ToTarget(guest));
}

absl::Status IntentRelay::GiveUp(const IntentKey& key, absl::Time deadline) {
  return database_.Write({key.directory}, deadline, [&](Tx& tx) {
    const auto intent = FindIntent(tx, key, /*lock=*/true);
    if (!intent.has_value()) return absl::OkStatus();
    AuditNote note{.target = "", .target_principal_name = "", .other_directory = key.directory, .reason = ""};
    FinishIntent(tx, key);
    AppendVerdict(tx, CallOf(*intent, &note, deadline), absl::InternalError("given up"));
    Log(LogLevel::kError, "reset intent given up", {{"call", intent->call_id}, {"directory", key.directory}});
    return absl::OkStatus();
  });
}

}  // namespace hearth

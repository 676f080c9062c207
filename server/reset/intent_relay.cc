#include "server/reset/intent_relay.h"

#include <algorithm>
#include <map>
#include <optional>
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
#include "server/directory/directory_rules.h"
#include "server/directory/directory_store.h"
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
constexpr size_t kMostTogether = 16;  // In one transaction: people are locked while it runs.
// When a limit is reached, and when so many of one transaction are beyond it, all that wait for the same identifier are done with: that reads what waits.
constexpr int kFlood = 4;
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

// Whom the identifier belongs to, with the row locked; `person` is who that was a moment ago.
std::optional<User> LockOwner(Tx& tx, const std::string& directory, const std::string& person,
                              const std::string& identifier) {
  if (person.empty()) return std::nullopt;
  LockUser(tx, directory, person);
  auto user = FindUser(tx, directory, person);
  if (user.has_value() && !user->deleted() && user->user_principal_name == identifier) return user;
  // An address, of which another may have become the holder too; or what came in between.
  const auto found = FindByIdentifier(tx, directory, identifier);
  if (!found.has_value()) return std::nullopt;
  if (found->id == person) return found;
  throw std::runtime_error("an identifier went to another person");
}

void Complain(const absl::Status& status) {
  if (!status.ok()) Log(LogLevel::kWarning, "reset intent failed", {{"detail", std::string(status.message())}});
}

// The audit tells a request in the directory where it was made, and in the other one that it concerns. One that was handed over from another directory is
// told here alone: there, it was told when it was handed over, and whether it found anybody here is not for them.
void Tell(Tx& tx, const Intent& intent, const Call& call, const absl::Status& verdict) {
  const std::string& directory = intent.key.directory;
  intent.caller_directory == directory ? AppendVerdict(tx, call, verdict)
                                       : AppendVerdictIn(tx, directory, call, verdict);
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
  std::map<std::string, std::vector<IntentKey>> of_directory;
  for (const IntentKey& key : keys) {
    if (key.attempts > kMostAttempts) {
      Complain(GiveUp(key, deadline));
    } else {
      of_directory[key.directory].push_back(key);
    }
  }
  for (const auto& [directory, mine] : of_directory) {
    for (size_t first = 0; first < mine.size(); first += kMostTogether) {
      const size_t end = std::min(mine.size(), first + kMostTogether);
      ActOn(directory, {mine.begin() + static_cast<ptrdiff_t>(first), mine.begin() + static_cast<ptrdiff_t>(end)},
            deadline);
    }
  }
  return static_cast<int>(keys.size());
}

void IntentRelay::ActOn(const std::string& directory, const std::vector<IntentKey>& keys, absl::Time deadline) {
  const absl::Status status = Act(directory, keys, deadline);
  // Without a database each would fail; they come again when the lease ends.
  const bool hopeless = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  if (status.ok() || hopeless || keys.size() == 1) return Complain(status);
  for (const IntentKey& key : keys) Complain(Act(directory, {key}, deadline));
}

absl::Status IntentRelay::Act(const std::string& directory, const std::vector<IntentKey>& keys, absl::Time deadline) {
  ASSIGN_OR_RETURN(const std::vector<Place> places, Locate(directory, keys, deadline));
  std::map<std::string, std::vector<Place>> by_other;
  for (const Place& place : places) by_other[place.other_directory].push_back(place);
  for (const auto& [other, together] : by_other) RETURN_IF_ERROR(Carry(directory, together, deadline));
  return absl::OkStatus();
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

absl::StatusOr<std::vector<IntentRelay::Place>> IntentRelay::Locate(const std::string& directory,
                                                                    const std::vector<IntentKey>& keys,
                                                                    absl::Time deadline) {
  std::vector<Place> places;
  RETURN_IF_ERROR(database_.Read({directory}, deadline, [&](Tx& tx) {
    places.clear();
    for (const Intent& intent : FindIntents(tx, directory, keys, /*lock=*/false)) {
      Place& place = places.emplace_back();
      place.key = intent.key;
      place.wish = box_.Open(intent.sealed);
      const std::string& identifier = place.wish.identifier;
      const auto user = FindByIdentifier(tx, directory, identifier);
      if (!user.has_value()) {
        place.other_directory = FindDirectoryOfDomain(tx, identifier.substr(identifier.rfind('@') + 1)).value_or("");
      } else if (user->home.kind == v1::Home::KIND_OTHER_DIRECTORY) {
        place.other_directory = user->home.directory;
      }
      if (place.other_directory == directory) place.other_directory.clear();
      if (user.has_value()) place.person = user->id;
      place.order = {!user.has_value(), user.has_value() ? user->id : intent.identifier_digest, intent.create_time};
    }
    return absl::OkStatus();
  }));
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.order < b.order; });
  return places;
}

absl::Status IntentRelay::Carry(const std::string& directory, const std::vector<Place>& places, absl::Time deadline) {
  Scope scope = {directory};
  if (!places.front().other_directory.empty()) scope.push_back(places.front().other_directory);
  std::vector<IntentKey> keys;
  for (const Place& place : places) keys.push_back(place.key);
  return database_.Write(scope, deadline, [&](Tx& tx) {
    const std::vector<Intent> intents = FindIntents(tx, directory, keys, /*lock=*/true);
    const v1::ResetPolicy policy = FindResetPolicy(tx, directory).policy;
    const auto owner = FindDirectory(tx, directory);
    const bool live = owner.has_value() && owner->live();  // It was when they asked.
    std::map<std::string, int> over;                       // How many were beyond the limit, by identifier.
    for (const Place& place : places) {
      const auto intent = std::find_if(intents.begin(), intents.end(), [&place](const Intent& i) {
        return i.key.handle_digest == place.key.handle_digest;
      });
      if (intent == intents.end()) continue;
      AuditNote note{.target = "", .target_principal_name = "", .other_directory = place.other_directory, .reason = ""};
      Call call = CallOf(*intent, &note, deadline);
      const absl::Status verdict = live ? CarryOne(tx, *intent, place, policy, call) : DirectoryNotFound();
      if (absl::IsResourceExhausted(verdict)) over[intent->identifier_digest] += kFlood;
      // What comes after a limit was reached is not told one by one: the event of the one that reached it stands for all.
      if (absl::IsAlreadyExists(verdict)) {
        ++over[intent->identifier_digest];
      } else {
        Tell(tx, *intent, call, verdict);
      }
    }
    FinishIntents(tx, directory, intents);
    for (const auto& [identifier_digest, count] : over) {
      if (count >= kFlood) FinishIntentsOf(tx, directory, identifier_digest);
    }
    return absl::OkStatus();
  });
}

absl::Status IntentRelay::CarryOne(Tx& tx, const Intent& intent, const Place& place, const v1::ResetPolicy& policy,
                                   Call& call) {
  const std::string& directory = intent.key.directory;
  const std::optional<User> user = LockOwner(tx, directory, place.person, place.wish.identifier);
  call.note->target_principal_name = user.has_value() ? user->user_principal_name : place.wish.identifier;
  if (user.has_value()) call.note->target = UserName(directory, user->id);

  const std::string subject = user.has_value() ? keys_.OfPerson(directory, user->id) : intent.identifier_digest;
  const LimitVerdict limit = CountTowards(tx, directory, subject, v1::RESET_LIMIT_KIND_REQUESTS, policy);
  if (limit == LimitVerdict::kBlocks) return Refuse(v1::ERROR_REASON_RESET_LIMIT_REACHED);
  if (limit != LimitVerdict::kAllowed) return absl::AlreadyExistsError("told before");
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
    MailProof(tx, keyring_, user, SecondAddressOf(user), asked, policy, Secret(), code);
  } else {
    MailProof(tx, keyring_, user, addresses[0], asked, policy, token, code);
  }
}

void IntentRelay::Open(Tx& tx, const Intent& intent, const User& user, const Asked& asked,
                       const v1::ResetPolicy& policy) {
  const auto id = OpenResetRequest(tx, user, NameOfAsker(intent), asked.language, SpanOf(policy.request_lifetime()));
  if (!id.has_value()) return;
  if (NoticeRequest(tx, keyring_, keys_, user, *id, asked, policy)) MarkNoticed(tx, user.directory, {*id});
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
    const std::vector<Intent> intents = FindIntents(tx, key.directory, {key}, /*lock=*/true);
    if (intents.empty()) return absl::OkStatus();
    const Intent& intent = intents.front();
    AuditNote note;
    FinishIntents(tx, key.directory, intents);
    Tell(tx, intent, CallOf(intent, &note, deadline), absl::InternalError("given up"));
    Log(LogLevel::kError, "reset intent given up", {{"call", intent.call_id}, {"directory", key.directory}});
    return absl::OkStatus();
  });
}

}  // namespace hearth

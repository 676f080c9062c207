#include "server/signal/poll_hub.h"

#include <exception>
#include <optional>
#include <set>
#include <utility>

#include "absl/time/clock.h"
#include "server/authz/access_store.h"
#include "server/base/error.h"
#include "server/base/log.h"
#include "server/base/status_macros.h"
#include "server/signal/poll_rules.h"

namespace hearth {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(250);  // How late the end of a poll's time is noticed.
constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr absl::Duration kAfterFailure = absl::Milliseconds(500);

}  // namespace

// What a look found for a poll.
struct PollHub::Found {
  WaitingPoll* poll;
  std::string mark;
  absl::Status status;  // Not OK: the poll ends with it.
  EventReceiver receiver{};
  Polled polled{};
};

PollHub::PollHub(Database* database, const EventTokens* tokens, WaitingLimits limits)
    : database_(*database), tokens_(*tokens), room_(limits) {
  thread_ = std::thread([this] { Run(); });
}

PollHub::~PollHub() { Stop(); }

void PollHub::Stop() {
  if (room_.Close()) thread_.join();
}

void PollHub::TakeNew() {
  for (WaitingPoll& poll : room_.Take()) polls_.push_back(std::move(poll));
}

void PollHub::End(WaitingPoll& poll, const v1::PollEventsResponse& response, const absl::Status& status) {
  room_.Leave(poll.directory);  // First: who is answered may ask again at once.
  if (status.ok()) poll.outlet->Send(response);
  poll.outlet->End(status);
}

void PollHub::EndDue() {
  const absl::Time now = absl::Now();
  std::erase_if(polls_, [&](WaitingPoll& poll) {
    const bool gone = poll.outlet->gone();
    if (!gone && now < poll.until) return false;
    End(poll, {}, gone ? Refuse(v1::ERROR_REASON_CALL_CANCELLED) : absl::OkStatus());
    return true;
  });
}

absl::Status PollHub::Find(const std::vector<std::string>& directories, std::vector<Found>& found) {
  return database_.Read(directories, absl::Now() + kPatience, [&](Tx& tx) {
    found.clear();
    const PollMarks marks = ReadPollMarks(tx, directories);
    for (WaitingPoll& poll : polls_) {
      const auto mark = marks.find({poll.directory, poll.receiver});
      if (mark != marks.end() && mark->second == poll.mark) continue;
      Found& one =
          found.emplace_back(Found{&poll, mark == marks.end() ? "" : mark->second, CheckAccessStill(tx, poll.call)});
      if (!one.status.ok()) continue;
      std::optional<EventReceiver> receiver;
      if (mark != marks.end()) receiver = FindReceiver(tx, poll.directory, poll.receiver);
      if (!receiver.has_value()) {
        one.status = Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", "event receiver"}});
        continue;
      }
      one.status = CheckPoller(poll.call, *receiver);
      if (!one.status.ok()) continue;
      one.polled = ReadForPoll(tx, *receiver, poll.most);
      one.receiver = *std::move(receiver);
    }
    return absl::OkStatus();
  });
}

// No exception leaves the thread of the hub.
void PollHub::Answer(const Found& found) {
  v1::PollEventsResponse response;
  absl::Status status = found.status;
  try {
    if (status.ok()) response = SignPolled(tokens_, found.receiver, found.polled, absl::Now());
  } catch (const std::exception& exception) {
    status = absl::InternalError(exception.what());
  }
  End(*found.poll, response, status);
}

absl::Status PollHub::Look() {
  std::set<std::string> directories;
  for (const WaitingPoll& poll : polls_) directories.insert(poll.directory);
  if (directories.empty()) return absl::OkStatus();
  std::vector<Found> found;
  RETURN_IF_ERROR(Find({directories.begin(), directories.end()}, found));
  std::set<const WaitingPoll*> answered;
  for (const Found& one : found) {
    if (one.status.ok() && one.polled.empty()) {
      one.poll->mark = one.mark;  // What happened was of other types.
      continue;
    }
    Answer(one);
    answered.insert(one.poll);
  }
  std::erase_if(polls_, [&](const WaitingPoll& poll) { return answered.contains(&poll); });
  return absl::OkStatus();
}

void PollHub::Run() {
  while (room_.Await(kTick)) {
    TakeNew();
    EndDue();
    const absl::Status looked = Look();
    if (looked.ok()) continue;
    // Polls wait through a failover of the database.
    Log(LogLevel::kWarning, "events could not be read", {{"detail", std::string(looked.message())}});
    absl::SleepFor(kAfterFailure);
  }
  TakeNew();
  for (WaitingPoll& poll : polls_) End(poll, {}, absl::OkStatus());
  polls_.clear();
}

}  // namespace hearth

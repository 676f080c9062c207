// All SQL about the administrators' queue.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "hearth/v1/request_reset_service.pb.h"
#include "server/directory/user.h"
#include "server/storage/tx.h"

namespace hearth {

// A row of hearth.reset_requests, and whom it is about.
struct QueuedReset {
  std::string directory;
  std::string id;
  std::string user;
  std::string user_principal_name;
  std::string display_name;
  v1::ResetRequest::State state = v1::ResetRequest::STATE_UNSPECIFIED;  // EXPIRED as soon as its time is over.
  int times_asked = 0;
  std::string asked_through;
  std::string language;
  std::string decided_by;
  std::string deny_reason;
  absl::Time create_time;
  absl::Time expire_time;
  absl::Time decide_time = absl::InfinitePast();  // InfinitePast: not yet.
};

// Opens a request for the person, whose row is locked, or counts one more for the open one. The id of a new one; nullopt when one was open.
std::optional<std::string> OpenResetRequest(Tx& tx, const User& user, const std::string& asked_through,
                                            const std::string& language, absl::Duration lifetime);

// `lock` holds the row until the transaction ends.
std::optional<QueuedReset> FindResetRequest(Tx& tx, std::string_view directory, std::string_view id, bool lock = false);

// Where a page of the queue begins: after the request of that time and id.
struct QueueCursor {
  int64_t micros = 0;
  std::string id;
};
// One page in the order of time. `state` UNSPECIFIED: all. `units`: only of their members; nullopt: of everybody.
std::vector<QueuedReset> ListResetRequests(Tx& tx, std::string_view directory, const std::optional<QueueCursor>& after,
                                           bool newest_first, v1::ResetRequest::State state,
                                           const std::optional<std::vector<std::string>>& units, int limit);

// Writes the decision. The row is locked and pending.
void DecideResetRequest(Tx& tx, const QueuedReset& request, v1::ResetRequest::State state,
                        const std::string& decided_by, const std::string& deny_reason);
// The person has a new password: what was open or approved is completed.
void CompleteResetRequests(Tx& tx, std::string_view directory, std::string_view user);

// Notes that administrators were told of these requests, and of no others.
void MarkNoticed(Tx& tx, std::string_view directory, const std::vector<std::string>& ids);
// The directories in which somebody waits of whom no mail has told. A statement that stands alone.
std::vector<std::string> DirectoriesWithUnnoticed(Tx& tx);
// Which those are, and since when the first waits; nullopt when there is none. Holds them until the transaction ends. What is opened meanwhile, or
// held by somebody else, is not among them, and is for the next digest.
struct Unnoticed {
  std::vector<std::string> ids;
  absl::Time oldest;
  absl::Time now;
};
std::optional<Unnoticed> LockUnnoticed(Tx& tx, const std::string& directory);

// Closes those whose time is over, and removes those that ended more than 90 days ago. The transaction's scope says in which directories.
void SweepResetRequests(Tx& tx);

}  // namespace hearth

// What holds for every change of a guest.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/authz/call.h"
#include "server/directory/user.h"

namespace hearth {

class Tx;

// Whether the directory that lists the person regards them as a guest, or does not hold their home. Pure.
bool IsGuest(const User& user);

// The refusal for a guest who is not there.
absl::Status GuestNotFound();

// Locks and reads a live guest of the caller's directory, and notes them and their home for the audit. NOT_FOUND for people who are no guests.
absl::StatusOr<User> LockGuest(Tx& tx, const Call& call, const std::string& name);

}  // namespace hearth

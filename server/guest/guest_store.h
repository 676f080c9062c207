// All SQL about guests. Each function is one statement for many questions, and its answers are parallel to the questions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/directory/user.h"
#include "server/storage/tx.h"

namespace hearth {

// A question about somebody, asked from one directory.
struct GuestKey {
  std::string directory;  // The asking caller's.
  std::string who;        // A user id, or a principal name in lower case.
};

// The live guests of those ids; nullopt where there is none, or no guest.
std::vector<std::optional<User>> GetGuests(Tx& tx, const std::vector<GuestKey>& keys);

// Where the holders of those principal names are at home; nullopt where nowhere in Hearth.
std::vector<std::optional<Home>> ResolveHomes(Tx& tx, const std::vector<GuestKey>& keys);

}  // namespace hearth

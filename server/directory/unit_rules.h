// What holds for administrative units.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/authz/access.h"
#include "server/directory/unit_store.h"

namespace hearth {

// Microsoft's limits: a tenant has at most 100 restricted units, and a person is in at most 30 units.
inline constexpr int kMostRestrictedUnits = 100;
inline constexpr int kMostUnitsOfAPerson = 30;

absl::Status UnitNotFound();

// Reads the unit, and keeps it from being removed until the transaction ends. Fails with NOT_FOUND.
absl::StatusOr<Unit> HoldUnit(Tx& tx, std::string_view directory, std::string_view id);

// Reads the unit, and keeps others from changing it. Fails with NOT_FOUND, and with ETAG_MISMATCH when an etag is given and is not the current.
absl::StatusOr<Unit> LockUnitForChange(Tx& tx, std::string_view directory, std::string_view id,
                                       const std::string& etag);

// OK when the caller may decide who is in the unit, or remove it: who gives every role may; others only while the unit is not restricted and no role
// on it goes beyond what they hold in the whole directory. Else ROLE_BEYOND_CALLER.
absl::Status CheckMayManage(Tx& tx, const Access& access, const Unit& unit);

// OK when the directory can have one more restricted unit, which no other transaction then adds; else LIMIT_REACHED.
absl::Status CheckRoomForRestrictedUnit(Tx& tx, std::string_view directory);

}  // namespace hearth

#include "server/directory/unit_rules.h"

#include <utility>

#include "server/authz/role_giving.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/directory/role_store.h"
#include "server/directory/update.h"

namespace hearth {
namespace {

constexpr char kType[] = "administrative unit";

}  // namespace

absl::Status UnitNotFound() { return Refuse(v1::ERROR_REASON_NOT_FOUND, {{"resource_type", kType}}); }

absl::StatusOr<Unit> HoldUnit(Tx& tx, std::string_view directory, std::string_view id) {
  if (!KeepUnit(tx, directory, id)) return UnitNotFound();
  return FindUnit(tx, directory, id).value();
}

absl::StatusOr<Unit> LockUnitForChange(Tx& tx, std::string_view directory, std::string_view id,
                                       const std::string& etag) {
  if (!LockUnit(tx, directory, id)) return UnitNotFound();
  Unit unit = FindUnit(tx, directory, id).value();
  RETURN_IF_ERROR(CheckEtag(etag, unit.revision, kType));
  return unit;
}

absl::Status CheckMayManage(Tx& tx, const Access& access, const Unit& unit) {
  if (unit.restricted) RETURN_IF_ERROR(CheckMayGiveAll(access, "a restricted administrative unit"));
  for (HeldRole role : RolesOnUnit(tx, unit.directory, unit.id)) {
    role.unit.clear();
    RETURN_IF_ERROR(CheckMayGive(access, role));
  }
  return absl::OkStatus();
}

absl::Status CheckRoomForRestrictedUnit(Tx& tx, std::string_view directory) {
  if (CountRestrictedUnits(tx, directory) < kMostRestrictedUnits) return absl::OkStatus();
  return Refuse(v1::ERROR_REASON_LIMIT_REACHED,
                {{"resource_type", "restricted administrative unit"}, {"limit", std::to_string(kMostRestrictedUnits)}});
}

}  // namespace hearth

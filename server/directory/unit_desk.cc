#include "server/directory/unit_desk.h"

#include <set>
#include <string>

#include "server/authz/unit_reach.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/change.h"
#include "server/directory/time_proto.h"
#include "server/directory/unit_rules.h"
#include "server/directory/update.h"

namespace hearth {
namespace {

v1::AdministrativeUnit UnitProto(const Unit& unit) {
  v1::AdministrativeUnit proto;
  proto.set_name(AdministrativeUnitName(unit.directory, unit.id));
  proto.set_display_name(unit.display_name);
  proto.set_description(unit.description);
  proto.set_restricted(unit.restricted);
  FillLifetime(unit, proto);
  return proto;
}

Unit NewUnit(const std::string& directory, const v1::CreateAdministrativeUnitRequest& request) {
  Unit unit;
  unit.directory = directory;
  unit.id = request.administrative_unit_id();
  unit.display_name = request.administrative_unit().display_name();
  unit.description = request.administrative_unit().description();
  unit.restricted = request.administrative_unit().restricted();
  return unit;
}

// Writes what the request changes.
absl::Status ApplyUpdate(Tx& tx, const Unit& unit, const v1::UpdateAdministrativeUnitRequest& request) {
  const v1::AdministrativeUnit& proto = request.administrative_unit();
  ASSIGN_OR_RETURN(const std::set<std::string> fields,
                   FieldsToUpdate(proto, request.update_mask(), {"display_name", "description"}));
  Unit updated = unit;
  if (fields.contains("display_name")) updated.display_name = proto.display_name();
  if (fields.contains("description")) updated.description = proto.description();
  if (updated.display_name.empty()) return InvalidField("administrative_unit.display_name", "must not be empty");
  if (updated.display_name != unit.display_name || updated.description != unit.description) UpdateUnit(tx, updated);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::CreateAdministrativeUnitResponse> UnitDesk::CreateAdministrativeUnit(
    const Call& call, const v1::CreateAdministrativeUnitRequest& request) {
  RETURN_IF_ERROR(NameOf(call, request.parent()).status());
  const Unit unit = NewUnit(call.principal.directory, request);
  call.note->target = AdministrativeUnitName(unit.directory, unit.id);
  return Change<v1::CreateAdministrativeUnitResponse>(
      database_, keyring_, call, {unit.directory}, request,
      [&](Tx& tx, const Access&, v1::CreateAdministrativeUnitResponse& response) -> absl::Status {
        if (unit.restricted) RETURN_IF_ERROR(CheckRoomForRestrictedUnit(tx, unit.directory));
        if (!InsertUnit(tx, unit)) {
          return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", "administrative unit"}});
        }
        *response.mutable_administrative_unit() = UnitProto(FindUnit(tx, unit.directory, unit.id).value());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetAdministrativeUnitResponse> UnitDesk::GetAdministrativeUnit(
    const Call& call, const v1::GetAdministrativeUnitRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  RETURN_IF_ERROR(CheckUnitReach(call, {{std::string(name.id)}}));
  return Look<v1::GetAdministrativeUnitResponse>(database_, call, name.directory,
                                                 [&](Tx& tx, v1::GetAdministrativeUnitResponse& response) {
                                                   const auto unit = FindUnit(tx, name.directory, name.id);
                                                   if (!unit.has_value()) return UnitNotFound();
                                                   *response.mutable_administrative_unit() = UnitProto(*unit);
                                                   return absl::OkStatus();
                                                 });
}

absl::StatusOr<v1::ListAdministrativeUnitsResponse> UnitDesk::ListAdministrativeUnits(
    const Call& call, const v1::ListAdministrativeUnitsRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName parent, NameOf(call, request.parent()));
  const std::string& own = call.principal.directory;
  ASSIGN_OR_RETURN(const Page page, pager_.PageOf(own, request));
  return Look<v1::ListAdministrativeUnitsResponse>(
      database_, call, parent.directory, [&](Tx& tx, v1::ListAdministrativeUnitsResponse& response) {
        auto units = ListUnits(tx, parent.directory, page.after, page.size + 1);
        response.set_next_page_token(pager_.Close(own, request, page, units, [](const Unit& u) { return u.id; }));
        for (const Unit& unit : units) *response.add_administrative_units() = UnitProto(unit);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::UpdateAdministrativeUnitResponse> UnitDesk::UpdateAdministrativeUnit(
    const Call& call, const v1::UpdateAdministrativeUnitRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.administrative_unit().name()));
  return Change<v1::UpdateAdministrativeUnitResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access&, v1::UpdateAdministrativeUnitResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const Unit unit,
                         LockUnitForChange(tx, name.directory, name.id, request.administrative_unit().etag()));
        RETURN_IF_ERROR(ApplyUpdate(tx, unit, request));
        *response.mutable_administrative_unit() = UnitProto(FindUnit(tx, unit.directory, unit.id).value());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DeleteAdministrativeUnitResponse> UnitDesk::DeleteAdministrativeUnit(
    const Call& call, const v1::DeleteAdministrativeUnitRequest& request) {
  ASSIGN_OR_RETURN(const ResourceName name, NameOf(call, request.name()));
  return Change<v1::DeleteAdministrativeUnitResponse>(
      database_, keyring_, call, {call.principal.directory}, request,
      [&](Tx& tx, const Access& access, v1::DeleteAdministrativeUnitResponse&) -> absl::Status {
        ASSIGN_OR_RETURN(const Unit unit, LockUnitForChange(tx, name.directory, name.id, request.etag()));
        RETURN_IF_ERROR(CheckMayManage(tx, access, unit));
        DeleteUnit(tx, name.directory, name.id);
        return absl::OkStatus();
      });
}

}  // namespace hearth

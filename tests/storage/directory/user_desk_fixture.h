// The desk of people, and its calls in short. All names are of Forth Coffee, and its Global Administrator calls unless said otherwise.
#pragma once

#include <initializer_list>
#include <string>

#include "server/directory/user_desk.h"
#include "server/guest/restoration_desk.h"
#include "tests/storage/directory/desk_test.h"

namespace hearth::test {

class UserDeskTest : public Fixture {
 protected:
  // The request to add somebody to Forth Coffee.
  static v1::CreateUserRequest NewPerson(const std::string& id, const std::string& principal_name) {
    v1::CreateUserRequest request;
    request.set_parent(DirectoryName(kForth));
    request.set_user_id(id);
    request.mutable_user()->set_user_principal_name(principal_name);
    request.mutable_user()->set_display_name("Somebody");
    return request;
  }
  static v1::UpdateUserRequest Update(const std::string& id, std::initializer_list<std::string> paths = {}) {
    v1::UpdateUserRequest request;
    request.mutable_user()->set_name(UserName(kForth, id));
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    return request;
  }

  absl::StatusOr<v1::CreateUserResponse> Create(const v1::CreateUserRequest& request,
                                                const Principal& actor = ForthAdmin()) {
    return desk_.CreateUser(By(actor, request), request);
  }
  absl::StatusOr<v1::GetUserResponse> Get(const std::string& id) {
    const auto request = Named<v1::GetUserRequest>(UserName(kForth, id));
    return desk_.GetUser(By(ForthAdmin(), request), request);
  }
  absl::StatusOr<v1::UpdateUserResponse> Update(const v1::UpdateUserRequest& request,
                                                const Principal& actor = ForthAdmin()) {
    return desk_.UpdateUser(By(actor, request), request);
  }
  absl::StatusOr<v1::DeleteUserResponse> Delete(const std::string& id, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::DeleteUserRequest>(UserName(kForth, id));
    return desk_.DeleteUser(By(actor, request), request);
  }
  absl::StatusOr<v1::UndeleteUserResponse> Undelete(const std::string& id, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::UndeleteUserRequest>(UserName(kForth, id));
    return restorations_.UndeleteUser(By(actor, request), request);
  }
  absl::StatusOr<v1::DisableUserResponse> Disable(const std::string& id, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::DisableUserRequest>(UserName(kForth, id));
    return desk_.DisableUser(By(actor, request), request);
  }
  absl::StatusOr<v1::EnableUserResponse> Enable(const std::string& id, const Principal& actor = ForthAdmin()) {
    const auto request = Named<v1::EnableUserRequest>(UserName(kForth, id));
    return desk_.EnableUser(By(actor, request), request);
  }

  UserDesk desk_{&database(), &keyring(), &pager()};
  RestorationDesk restorations_{&database(), &keyring()};
};

}  // namespace hearth::test

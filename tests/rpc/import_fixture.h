// What tests of ImportCredentials share: messages, the call, and what its report says.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/rpc/password_fixture.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {

inline constexpr char kBcrypt[] = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";  // Of "U*U".
inline constexpr char kSsha[] = "{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr";                          // Of "testing123".

class ImportTest : public PasswordFixture {
 protected:
  using Row = v1::ImportCredentialsRequest::Row;

  static v1::ImportCredentialsRequest Message(bool validate_only = false) {
    v1::ImportCredentialsRequest request;
    request.set_parent("directories/forthcoffee");
    request.set_validate_only(validate_only);
    return request;
  }
  static Row& Add(v1::ImportCredentialsRequest& request, int64_t row, const std::string& user,
                  const std::string& hash) {
    Row& added = *request.add_rows();
    added.set_row(row);
    user.find('@') == std::string::npos ? added.set_name("directories/forthcoffee/users/" + user)
                                        : added.set_user_principal_name(user);
    added.set_password_hash(hash);
    return added;
  }

  absl::Status Import(const std::vector<v1::ImportCredentialsRequest>& messages,
                      const Principal& caller = ForthAdmin()) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    context.AddMetadata("authorization", "Bearer " + TokenFor(caller));
    Passwords stub(Channel());
    report_.Clear();
    const auto writer = stub.ImportCredentials(&context, &report_);
    for (const auto& message : messages) writer->Write(message);
    writer->WritesDone();
    return FromGrpc(writer->Finish());
  }
  absl::Status ImportOne(const std::string& user, const std::string& hash) {
    auto message = Message();
    Add(message, 1, user, hash);
    return Import({message});
  }
  // A detail of a row's refusal; empty when it was not refused.
  template <class Detail>
  Detail DetailOfRow(int64_t row) {
    Detail found;
    for (const auto& refused : report_.refusals()) {
      for (const auto& detail : refused.refusal().details()) {
        if (refused.row() == row && detail.UnpackTo(&found)) return found;
      }
    }
    return found;
  }
  std::string ReasonOfRow(int64_t row) { return DetailOfRow<google::rpc::ErrorInfo>(row).reason(); }
  // The wrong fields of a row, each followed by a comma, and what is said of the first.
  std::string FieldsOfRow(int64_t row) {
    const auto request = DetailOfRow<google::rpc::BadRequest>(row);
    std::string fields;
    for (const auto& wrong : request.field_violations()) absl::StrAppend(&fields, wrong.field(), ",");
    return fields;
  }
  std::string ComplaintOfRow(int64_t row) {
    const auto wrong = DetailOfRow<google::rpc::BadRequest>(row);
    return wrong.field_violations_size() == 0 ? "" : wrong.field_violations(0).description();
  }
  std::string Counts() {
    return absl::StrCat(report_.imported_count(), " ", report_.unchanged_count(), " ", report_.refused_count());
  }
  std::string StoredOf(const std::string& user) {
    const auto rows =
        Sql("SELECT phc FROM hearth.credentials WHERE directory_id = 'forthcoffee' AND user_id = '" + user + "'");
    return rows.empty() ? "" : rows[0][0];
  }
  void AwaitUpgrade(const std::string& user) {
    const absl::Time end = absl::Now() + absl::Seconds(20);
    while (StoredOf(user).find("$argon2id$") != 0 && absl::Now() < end) absl::SleepFor(absl::Milliseconds(5));
    EXPECT_EQ(StoredOf(user).find("$argon2id$"), 0u) << user;
  }

  v1::ImportCredentialsResponse report_;
};

}  // namespace hearth::test

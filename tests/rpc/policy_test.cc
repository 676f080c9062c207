// A method of the contract without a complete policy, or without anybody who serves it, stops start-up; the message says which.
#include "gmock/gmock.h"
#include "google/protobuf/dynamic_message.h"
#include "hearth/v1/guest_user_service.pb.h"
#include "server/guest/guest_desk.h"
#include "server/rpc/rpc_table.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptorProto;
using google::protobuf::Message;
using testing::AllOf;
using testing::HasSubstr;

// The contract of a trial service with one method, GetTrial, that has this policy; none when it is null.
const Message& TrialRequest(const v1::MethodPolicy* policy) {
  static auto* pools = new std::vector<std::unique_ptr<DescriptorPool>>;
  static auto* factory = new google::protobuf::DynamicMessageFactory;
  FileDescriptorProto file;
  file.set_name("trial.proto");
  file.set_package("hearth.trial");
  file.set_syntax("proto3");
  file.add_dependency(v1::GetGuestUserResponse::descriptor()->file()->name());
  file.add_message_type()->set_name("GetTrialRequest");
  auto* service = file.add_service();
  service->set_name("TrialService");
  auto* method = service->add_method();
  method->set_name("GetTrial");
  method->set_input_type(".hearth.trial.GetTrialRequest");
  method->set_output_type(".hearth.v1.GetGuestUserResponse");
  if (policy != nullptr) *method->mutable_options()->MutableExtension(v1::policy) = *policy;
  pools->push_back(std::make_unique<DescriptorPool>(DescriptorPool::generated_pool()));
  return *factory->GetPrototype(pools->back()->BuildFile(file)->message_type(0));
}

// Stands for generated code of the trial contract: the table asks a request type for its default instance only.
class Trial : public Message {
 public:
  static const Message& default_instance() { return *prototype; }
  static const Message* prototype;
};
const Message* Trial::prototype = nullptr;

struct TrialDesk {
  absl::StatusOr<v1::GetGuestUserResponse> GetTrial(const Call&, const Trial&) { return v1::GetGuestUserResponse(); }
};

absl::Status CheckWith(const v1::MethodPolicy* policy) {
  TrialDesk desk;
  RpcTable table;
  Trial::prototype = &TrialRequest(policy);
  table.Add(&desk, &TrialDesk::GetTrial);
  return table.Check();
}

v1::MethodPolicy Complete() {
  v1::MethodPolicy policy;
  policy.set_access(v1::ACCESS_PERMISSION);
  policy.set_permission(v1::PERMISSION_USERS_READ);
  policy.set_idempotency(v1::IDEMPOTENCY_READ_ONLY);
  policy.mutable_default_deadline()->set_seconds(5);
  policy.mutable_max_deadline()->set_seconds(30);
  policy.set_work_class(v1::WORK_CLASS_READ);
  policy.set_audit_action("trial.get");
  policy.set_audit_refusals_only(true);
  return policy;
}

TEST(PolicyTest, AMethodWithACompletePolicyStarts) {
  const v1::MethodPolicy policy = Complete();
  EXPECT_TRUE(CheckWith(&policy).ok()) << CheckWith(&policy);
}

TEST(PolicyTest, AMethodWithoutPolicyStopsStartUp) {
  const absl::Status status = CheckWith(nullptr);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("hearth.trial.TrialService.GetTrial"), HasSubstr("policy")));
}

TEST(PolicyTest, EachPartOfAPolicyIsNeeded) {
  const std::vector<std::pair<std::string, std::function<void(v1::MethodPolicy&)>>> cuts = {
      {"policy", [](auto& policy) { policy.clear_access(); }},
      {"permission", [](auto& policy) { policy.clear_permission(); }},
      {"idempotency", [](auto& policy) { policy.clear_idempotency(); }},
      {"work class", [](auto& policy) { policy.clear_work_class(); }},
      {"audit action", [](auto& policy) { policy.clear_audit_action(); }},
      {"only reads", [](auto& policy) { policy.set_idempotency(v1::IDEMPOTENCY_NONE); }},
      {"LOOKUP", [](auto& policy) { policy.set_work_class(v1::WORK_CLASS_LOOKUP); }},  // Serves one at a time.
      {"LOOKUP", [](auto& policy) { policy.set_max_batch(2); }},
      {"BULK", [](auto& policy) { policy.set_work_class(v1::WORK_CLASS_BULK); }},  // Does not stream.
      {"deadline", [](auto& policy) { policy.clear_default_deadline(); }},
      {"deadline", [](auto& policy) { policy.clear_max_deadline(); }},
      {"deadline", [](auto& policy) { policy.mutable_max_deadline()->set_seconds(1); }}};
  for (const auto& [what, cut] : cuts) {
    v1::MethodPolicy policy = Complete();
    cut(policy);
    const absl::Status status = CheckWith(&policy);
    EXPECT_FALSE(status.ok()) << policy.ShortDebugString();
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("GetTrial"), HasSubstr(what)))
        << policy.ShortDebugString();
  }
}

TEST(PolicyTest, AMethodThatNobodyServesStopsStartUp) {
  GuestDesk* desk = nullptr;
  RpcTable table;
  table.Add(desk, &GuestDesk::GetGuestUser);
  table.Add(desk, &GuestDesk::ListGuestUsers);
  const std::string message(table.Check().message());
  EXPECT_THAT(message, AllOf(HasSubstr("hearth.v1.GuestUserService.ResolveHomeDirectory"),
                             testing::Not(HasSubstr("GetGuestUser"))));
}

TEST(PolicyTest, AMethodThatTwoServeStopsStartUp) {
  GuestDesk* desk = nullptr;
  RpcTable table;
  table.Add(desk, &GuestDesk::GetGuestUser);
  table.Add(desk, &GuestDesk::GetGuestUser);
  EXPECT_THAT(std::string(table.Check().message()), HasSubstr("GetGuestUser: two rows"));
}

class WholeTableTest : public ServerFixture {};

TEST_F(WholeTableTest, TheServersOwnTableIsCompleteAndHasEveryMethodOfTheContract) {
  Start();
  EXPECT_TRUE(environment().table().Check().ok());
  size_t methods = 0;
  for (const auto* service : environment().table().Services()) methods += service->method_count();
  EXPECT_EQ(environment().table().rows().size(), methods);
  EXPECT_GE(environment().table().Services().size(), 5u);
}

}  // namespace
}  // namespace hearth::test

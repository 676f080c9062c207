// What a stream costs the server: its place, and one response; whoever reads slowly, or not at all, has the rest in the database.
#include "server/event/event_hub.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "server/audit/audit_proto.h"
#include "tests/storage/trail/trail_fixture.h"

namespace hearth::test {
namespace {

constexpr int kEventsAResponse = 100;

// A caller's side of a stream: takes one response, and the next only once it has read that.
class Reader {
 public:
  // Reads the response that is under way; false when there is none.
  bool Read() {
    std::function<void()> wake;
    {
      absl::MutexLock lock(&mutex_);
      if (!under_way_.has_value()) return false;
      for (const v1::Event& event : under_way_->events()) read_.push_back(event.sequence());
      last_ = *under_way_;
      under_way_.reset();
      wake = wake_;
    }
    if (wake) wake();
    return true;
  }
  // Waits until something is under way.
  bool Await() {
    absl::MutexLock lock(&mutex_);
    const auto there = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return under_way_.has_value(); };
    return mutex_.AwaitWithTimeout(absl::Condition(&there), absl::Seconds(20));
  }
  int sent() const {
    absl::MutexLock lock(&mutex_);
    return sent_;
  }
  size_t most_bytes() const {
    absl::MutexLock lock(&mutex_);
    return most_bytes_;
  }
  // Waits for the end of the stream; its status.
  absl::Status AwaitEnd() {
    absl::MutexLock lock(&mutex_);
    const auto ended = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return end_.has_value(); };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&ended), absl::Seconds(20)));
    return end_.value_or(absl::OkStatus());
  }
  // The response that was read last.
  v1::WatchEventsResponse last() const {
    absl::MutexLock lock(&mutex_);
    return last_;
  }
  std::vector<int64_t> read() const {
    absl::MutexLock lock(&mutex_);
    return read_;
  }

 private:
  friend class ReaderOutlet;
  mutable absl::Mutex mutex_;
  std::optional<v1::WatchEventsResponse> under_way_;
  std::vector<int64_t> read_;
  v1::WatchEventsResponse last_;
  std::function<void()> wake_;
  std::optional<absl::Status> end_;
  int sent_ = 0;
  size_t most_bytes_ = 0;
};

class ReaderOutlet final : public Outlet {
 public:
  explicit ReaderOutlet(std::shared_ptr<Reader> reader) : reader_(std::move(reader)) {}
  bool ready() const override {
    absl::MutexLock lock(&reader_->mutex_);
    return !reader_->under_way_.has_value();
  }
  bool gone() const override { return false; }
  void Send(const google::protobuf::Message& response) override {
    absl::MutexLock lock(&reader_->mutex_);
    EXPECT_FALSE(reader_->under_way_.has_value()) << "two responses are under way";
    reader_->under_way_ = static_cast<const v1::WatchEventsResponse&>(response);
    ++reader_->sent_;
    reader_->most_bytes_ = std::max(reader_->most_bytes_, response.ByteSizeLong());
    EXPECT_LE(reader_->under_way_->events_size(), kEventsAResponse);
  }
  void End(const absl::Status& status) override {
    absl::MutexLock lock(&reader_->mutex_);
    reader_->end_ = status;
  }
  void OnChange(std::function<void()> wake) override {
    absl::MutexLock lock(&reader_->mutex_);
    reader_->wake_ = std::move(wake);
  }

 private:
  const std::shared_ptr<Reader> reader_;
};

class HubTest : public TrailFixture {
 protected:
  // So many events of Forth Coffee, with places.
  void Happen(int count) {
    Sql(
        absl::StrCat("SET hearth.directories = '{forthcoffee,contoso}';"
                     "DO $$ BEGIN FOR i IN 1..",
                     count,
                     " LOOP UPDATE hearth.users SET disabled = NOT disabled WHERE directory_id = 'forthcoffee'"
                     " AND user_id = 'user1'; END LOOP; END $$"));
    Sequence();
    hub_.Wake();
  }
  // A stream that was told so many events that happened, and waits for more.
  std::shared_ptr<Reader> WatchTo(int count) {
    Happen(count);
    auto reader = Watch();
    while (static_cast<int>(reader->read().size()) < count && reader->Await()) reader->Read();
    EXPECT_EQ(reader->read().size(), static_cast<size_t>(count));
    return reader;
  }
  std::shared_ptr<Reader> Watch() { return Watch(hub_); }
  std::shared_ptr<Reader> Watch(EventHub& hub) {
    v1::WatchEventsRequest request;
    auto reader = std::make_shared<Reader>();
    Subscription subscription;
    subscription.call = By(ForthAdmin(), request);
    subscription.directory = kForth;
    subscription.outlet = std::make_unique<ReaderOutlet>(reader);
    subscription.call.deadline = absl::Now() + absl::Minutes(5);
    EXPECT_THAT(hub.Add(std::move(subscription)), IsOk());
    return reader;
  }

  const ResumeTokens tokens_{keyring()};
  EventHub hub_{&database(), &tokens_, {.limits = {.in_all = 3, .of_directory = 2}}};
};

TEST_F(HubTest, WhoDoesNotReadHasOneResponseUnderWayAndMissesNothing) {
  constexpr int kEvents = 3000;
  const auto idle = Watch(), busy = Watch();
  Happen(kEvents);
  // The other stream is fed to its end, past every round in which the idle one could have been.
  while (static_cast<int>(busy->read().size()) < kEvents) {
    ASSERT_TRUE(busy->Await());
    busy->Read();
  }
  EXPECT_EQ(idle->sent(), 1);
  EXPECT_LE(busy->most_bytes(), 64u * 1024) << "of a hundred events";

  while (static_cast<int>(idle->read().size()) < kEvents) {
    ASSERT_TRUE(idle->Await());
    idle->Read();
  }
  const std::vector<int64_t> read = idle->read();
  ASSERT_EQ(read.size(), static_cast<size_t>(kEvents));
  for (int i = 0; i < kEvents; ++i) ASSERT_EQ(read[i], i + 1);
  EXPECT_EQ(busy->read(), read);
}

// Who hears nothing for long must suppose the worst; and who keeps the heads can prove later that the log was not rewritten.
TEST_F(HubTest, AStreamInWhichNothingHappensBeatsAndBringsTheNewestSignedHead) {
  WriteRows(3);
  TreeHead head = Seal().back();
  EventHub hub(&database(), &tokens_, {.limits = {}, .beat = absl::Milliseconds(100)});
  const auto reader = Watch(hub);
  for (int beat = 0; beat < 3; ++beat) {
    ASSERT_TRUE(reader->Await()) << beat;
    reader->Read();
    EXPECT_EQ(reader->last().events_size(), 0);
    EXPECT_THAT(tokens_.Read(kForth, reader->last().resume_token()), IsOk());
    EXPECT_EQ(reader->last().checkpoint().SerializeAsString(), ToProto(head).SerializeAsString());
  }
  WriteRows(1);
  head = Seal().back();
  const absl::Time until = Soon();
  while (reader->last().checkpoint().size() < 4 && absl::Now() < until) {
    ASSERT_TRUE(reader->Await());
    reader->Read();
  }
  EXPECT_EQ(reader->last().checkpoint().SerializeAsString(), ToProto(head).SerializeAsString());
}

// A backup was restored, or a copy that lagged took over: what was told from place 4 on did not happen.
TEST_F(HubTest, AStreamThatWasCutBackEndsThoseThatWereFurther) {
  const auto reader = WatchTo(5);
  Sql("DELETE FROM hearth.events WHERE sequence > 3; UPDATE hearth.event_streams SET last = 3");
  hub_.Wake();
  EXPECT_THAT(reader->AwaitEnd(), HasReason(v1::ERROR_REASON_EVENTS_EXPIRED));
}

// And went on: as far as before, so that only the event itself tells.
TEST_F(HubTest, AStreamThatWasCutBackAndIsAsLongAgainEndsThoseThatWereToldOtherwise) {
  const auto reader = WatchTo(5);
  Sql("UPDATE hearth.events SET event_id = gen_random_uuid() WHERE sequence > 3");
  hub_.Wake();
  EXPECT_THAT(reader->AwaitEnd(), HasReason(v1::ERROR_REASON_EVENTS_EXPIRED));
}

TEST_F(HubTest, AStreamThatWasCutBackAndIsLongerTellsThoseNothingMore) {
  const auto reader = WatchTo(5);
  Sql("BEGIN; SET LOCAL hearth.directories = '{forthcoffee,contoso}';"
      "UPDATE hearth.events SET event_id = gen_random_uuid() WHERE sequence > 3;"
      "INSERT INTO hearth.events (directory_id, sequence, type, user_id, user_principal_name, txn)"
      " VALUES ('forthcoffee', 6, 4, 'user2', 'user2@forthcoffee.com', gen_random_uuid());"
      "UPDATE hearth.event_streams SET last = 6 WHERE directory_id = 'forthcoffee'; COMMIT");
  hub_.Wake();
  EXPECT_THAT(reader->AwaitEnd(), HasReason(v1::ERROR_REASON_EVENTS_EXPIRED));
  EXPECT_EQ(reader->read().size(), 5u);
}

// What is swept is not compared: there is nothing to compare with.
TEST_F(HubTest, AStreamWhoseLastEventIsNotKeptAnyMoreGoesOn) {
  const auto reader = WatchTo(5);
  Sql("DELETE FROM hearth.events; UPDATE hearth.event_streams SET removed = last");
  hub_.Wake();
  Happen(1);
  ASSERT_TRUE(reader->Await());
  reader->Read();
  EXPECT_EQ(reader->read().back(), 6);
}

TEST_F(HubTest, StreamsAreBounded) {
  const auto first = Watch(), second = Watch();
  v1::WatchEventsRequest request;
  const auto add = [&](const std::string& directory) {
    // The hub drops streams of callers who may not watch.
    const Principal admin{directory == kPlatform ? kForth : directory, ForthAdmin().subject};
    Subscription subscription;
    subscription.call = By(admin, request);
    subscription.directory = directory;
    subscription.outlet = std::make_unique<ReaderOutlet>(std::make_shared<Reader>());
    subscription.call.deadline = absl::Now() + absl::Minutes(5);
    return hub_.Add(std::move(subscription));
  };
  EXPECT_THAT(add(kForth), HasReason(v1::ERROR_REASON_OVERLOADED)) << "of one directory";
  EXPECT_THAT(add(kContoso), IsOk());
  EXPECT_THAT(add(kPlatform), HasReason(v1::ERROR_REASON_OVERLOADED)) << "in all";
  EXPECT_EQ(hub_.size(), 3u);
}

}  // namespace
}  // namespace hearth::test

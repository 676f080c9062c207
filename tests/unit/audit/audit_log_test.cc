// What the client library says of logs that the server's code made, and somebody tampered with.
#include "hearth/client/audit_log.h"

#include <optional>

#include "gmock/gmock.h"
#include "tests/unit/audit/signed_log.h"

namespace hearth::test {
namespace {

using testing::HasSubstr;
using Heads = std::vector<v1::AuditCheckpoint>;

class AuditLogTest : public testing::Test {
 protected:
  // Day 0 of the log; the rows were exported at noon of day 100.
  absl::Time Day(double day) const { return begin_ + day * absl::Hours(24); }

  absl::Status Verify(SignedLog& log, const Heads& heads, double exported = 100.5) {
    verifier_.emplace(log.keys(), Day(exported));
    for (const v1::AuditCheckpoint& head : heads) {
      if (absl::Status status = verifier_->AddCheckpoint(head); !status.ok()) return status;
    }
    for (const v1::AuditEvent& row : log.rows()) {
      if (absl::Status status = verifier_->AddRow(row); !status.ok()) return status;
    }
    return verifier_->Finish();
  }
  // A row a day, up to day 100, each sealed at once.
  Heads AHundredDays(SignedLog& log) {
    Heads heads;
    for (int day = 0; day <= 100; ++day) heads.push_back(log.Seal(Day(day), absl::StrCat("row-", day)));
    return heads;
  }
  static std::string Text(const absl::Status& status) { return std::string(status.message()); }

  const Keyring ring_ = OneKey();
  const HeadSigner signer_{&ring_};
  SignedLog log_{&signer_};
  const absl::Time begin_ = absl::FromUnixSeconds(1'790'000'000);
  std::optional<client::AuditLogVerifier> verifier_;
};

TEST_F(AuditLogTest, AnIntactLogIsSaidToBe) {
  const Heads heads = AHundredDays(log_);
  EXPECT_TRUE(Verify(log_, heads).ok());
  EXPECT_EQ(verifier_->rows(), 101);
  EXPECT_EQ(verifier_->proved(), 101);
  EXPECT_EQ(verifier_->removed() + verifier_->erased(), 0);
  EXPECT_TRUE(Verify(log_, {heads[40]}).ok());
  EXPECT_EQ(verifier_->proved(), 41);
}

TEST_F(AuditLogTest, RowsThatThePolicyRemovedAreProvedByAnOldHead) {
  const Heads heads = AHundredDays(log_);
  for (int row = 0; row < 70; ++row) log_.Remove(row);
  EXPECT_TRUE(Verify(log_, heads).ok());
  EXPECT_EQ(verifier_->removed(), 70);
  // One head over all of them is enough, when it is old enough.
  EXPECT_TRUE(Verify(log_, {heads[70], heads[100]}).ok());
}

TEST_F(AuditLogTest, RowsThatAreGoneBeforeTheirTimeAreFound) {
  const Heads heads = AHundredDays(log_);
  for (int row = 0; row < 80; ++row) log_.Remove(row);
  const absl::Status found = Verify(log_, heads);
  EXPECT_EQ(found.code(), absl::StatusCode::kDataLoss);
  // Row 73 is of day 73; the checkpoint before it shows that it was not there before day 72, which is 28 days and a half before the export.
  EXPECT_THAT(Text(found), HasSubstr("Row 73 (directories/forthcoffee/auditEvents/"));
  EXPECT_THAT(Text(found), HasSubstr("was removed before its time"));
}

TEST_F(AuditLogTest, WhatTheCheckpointsDoNotShowIsNotBelieved) {
  const Heads heads = AHundredDays(log_);
  for (int row = 0; row < 5; ++row) log_.Remove(row);
  EXPECT_EQ(Verify(log_, {heads[100]}).code(), absl::StatusCode::kFailedPrecondition) << "no old checkpoint";
  EXPECT_EQ(Verify(log_, {heads[5], heads[20]}).code(), absl::StatusCode::kFailedPrecondition) << "no new one";
  EXPECT_EQ(Verify(log_, {heads[2]}).code(), absl::StatusCode::kFailedPrecondition) << "none over all of them";
  // A checkpoint from after the export tells nothing of how old rows were when it was made.
  for (int row = 5; row < 70; ++row) log_.Remove(row);
  EXPECT_EQ(Verify(log_, {heads[70], log_.Sign(Day(130))}).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(AuditLogTest, ARowThatIsGoneAmongOthersIsFoundHoweverOldItIs) {
  const Heads heads = AHundredDays(log_);
  log_.Remove(0), log_.Remove(3);
  const absl::Status found = Verify(log_, heads);
  EXPECT_EQ(found.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(Text(found), HasSubstr("Row 3 ("));
  EXPECT_THAT(Text(found), HasSubstr("is gone, and rows before it are there"));
}

TEST_F(AuditLogTest, PersonalDataIsErasedWhenItIsOldEnough) {
  const Heads heads = AHundredDays(log_);
  log_.rows()[5].clear_personal(), log_.rows()[70].clear_personal();
  EXPECT_TRUE(Verify(log_, heads).ok());
  EXPECT_EQ(verifier_->erased(), 2);
  log_.rows()[90].clear_personal();
  const absl::Status found = Verify(log_, heads);
  EXPECT_EQ(found.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(Text(found), HasSubstr("Row 90 ("));
  EXPECT_THAT(Text(found), HasSubstr("says of persons was erased before its time"));
}

TEST_F(AuditLogTest, ARowRewrittenWithItsLeafIsNamedWithItsTime) {
  Heads heads = AHundredDays(log_);
  SignedLog forged(&signer_);
  for (int day = 0; day <= 100; ++day) forged.Add(Day(day), absl::StrCat(day == 42 ? "other-" : "row-", day));
  const absl::Status found = Verify(forged, heads);
  EXPECT_EQ(found.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(Text(found), HasSubstr("From Row 42 (directories/forthcoffee/auditEvents/"));
  EXPECT_THAT(Text(found), HasSubstr(absl::FormatTime("of %Y-%m-%dT%H:%M:%SZ)", Day(42), absl::UTCTimeZone())));
}

// A backup of the log as it was on day 69 goes on; the checkpoints of both are kept.
TEST_F(AuditLogTest, AForkIsNamedByTheRowAfterTheLastCheckpointThatAgrees) {
  Heads heads;
  for (int day = 0; day < 70; ++day) heads.push_back(log_.Seal(Day(day), absl::StrCat("row-", day)));
  SignedLog lost = log_;
  heads.push_back(lost.Seal(Day(70), "lost"));
  heads.push_back(log_.Seal(Day(71), "instead"));
  for (SignedLog* log : {&log_, &lost}) {
    const absl::Status found = Verify(*log, heads);
    EXPECT_EQ(found.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(Text(found), HasSubstr("From Row 70 (directories/forthcoffee/auditEvents/"));
    EXPECT_THAT(Text(found), HasSubstr("two checkpoints of 71 rows of directories/forthcoffee differ"));
  }
}

// The one that went on was sealed in other batches than the one that was lost: its checkpoints agree with the rows until then, and are of the fork.
TEST_F(AuditLogTest, CheckpointsThatAreYoungerThanTheLostOneAreOfTheFork) {
  Heads heads;
  for (int day = 0; day < 70; ++day) heads.push_back(log_.Seal(Day(day), absl::StrCat("row-", day)));
  SignedLog lost = log_;
  lost.Add(Day(70), "lost-70"), lost.Add(Day(70), "lost-71");
  heads.push_back(lost.Seal(Day(70), "lost-72"));
  heads.push_back(log_.Seal(Day(71), "row-70"));
  heads.push_back(log_.Seal(Day(72), "row-71"));
  log_.Add(Day(73), "row-72");
  heads.push_back(log_.Seal(Day(73), "row-73"));
  const absl::Status found = Verify(log_, heads);
  EXPECT_EQ(found.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(Text(found), HasSubstr("From Row 70 to row 72"));
}

TEST_F(AuditLogTest, AForkOfAnotherDirectoryIsSaid) {
  Heads heads = AHundredDays(log_);
  SignedLog contoso(&signer_, "contoso");
  SignedLog fork = contoso;
  heads.push_back(contoso.Seal(Day(1), "one"));
  EXPECT_TRUE(Verify(log_, heads).ok());
  heads.push_back(fork.Seal(Day(2), "other"));
  const absl::Status found = Verify(log_, heads);
  EXPECT_EQ(found.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(Text(found), HasSubstr("two checkpoints of 1 rows of directories/contoso differ"));
}

TEST_F(AuditLogTest, ATailIsCutWhenACheckpointFromBeforeTheExportIsOfMoreRows) {
  const Heads heads = AHundredDays(log_);
  log_.rows().pop_back();
  const absl::Status found = Verify(log_, heads);
  EXPECT_EQ(found.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(Text(found), HasSubstr("ends after 100 rows; there is a checkpoint of 101"));
  // What was sealed after the export is not in it.
  EXPECT_TRUE(Verify(log_, heads, 99.5).ok());
  EXPECT_EQ(verifier_->proved(), 100);
}

TEST_F(AuditLogTest, AProofOfALeafIsOfTheRowThatHasIt) {
  log_.Add(Day(0), "row");
  v1::AuditEvent row = log_.rows()[0];
  EXPECT_TRUE(client::VerifyRow(row).ok());
  row.set_action("other");
  EXPECT_EQ(client::VerifyRow(row).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(client::VerifyRow(v1::AuditEvent()).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace hearth::test

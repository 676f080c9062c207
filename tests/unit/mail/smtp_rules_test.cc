#include "server/mail/smtp_rules.h"

#include "gmock/gmock.h"

namespace hearth::test {
namespace {

// Up to a stage, where the server then says `reply`; empty: nothing.
Delivery After(Conversation::Stage stage, const std::string& reply) {
  Conversation conversation;
  const auto step = [&](Conversation::Stage at, const char* command) {
    if (stage < at) return;
    conversation.Sent(command);
    if (stage > at) conversation.Received("250 ok\r\n");
  };
  conversation.Received("220 hello\r\n");
  step(Conversation::kSession, "EHLO x\r\n");
  step(Conversation::kSender, "MAIL FROM:<a@b.example>\r\n");
  step(Conversation::kRecipient, "RCPT TO:<c@d.example>\r\n");
  step(Conversation::kData, "DATA\r\n");
  if (stage == Conversation::kMessage) conversation.SentMessage();
  EXPECT_EQ(conversation.stage(), stage);
  if (!reply.empty()) conversation.Received(reply + "\r\n");
  return Judge(conversation, /*accepted=*/false, "connection lost");
}

TEST(SmtpRules, RefusalsOfRecipientAndMessageAreTheMails) {
  for (const auto stage : {Conversation::kRecipient, Conversation::kData, Conversation::kMessage}) {
    EXPECT_EQ(After(stage, "451 4.3.0 later").outcome, Delivery::kLater);
    EXPECT_EQ(After(stage, "550 5.1.1 nobody").outcome, Delivery::kNever);
  }
}

TEST(SmtpRules, WhatComesBeforeTheRecipientIsTheServers) {
  for (const auto stage : {Conversation::kConnect, Conversation::kSession, Conversation::kSender}) {
    for (const char* reply : {"", "451 later", "550 never", "554 no"}) {
      EXPECT_EQ(After(stage, reply).outcome, Delivery::kNoServer) << stage << reply;
    }
  }
}

TEST(SmtpRules, AServerThatClosesDownSaysSo) {
  for (const auto stage : {Conversation::kRecipient, Conversation::kData, Conversation::kMessage}) {
    EXPECT_EQ(After(stage, "421 4.3.2 closing").outcome, Delivery::kNoServer);
  }
}

TEST(SmtpRules, AConnectionThatBreaksInAMessageCountsAgainstTheMessage) {
  EXPECT_EQ(After(Conversation::kMessage, "").outcome, Delivery::kLater);
  EXPECT_EQ(After(Conversation::kRecipient, "").outcome, Delivery::kNoServer);
  EXPECT_EQ(After(Conversation::kData, "").outcome, Delivery::kNoServer);
}

TEST(SmtpRules, AServerThatIsSetUpWronglyLosesNoMail) {
  for (const char* reply :
       {"554 5.7.1 relay access denied", "550 5.7.26 not authenticated", "530 authentication required", "535 bad"}) {
    EXPECT_EQ(After(Conversation::kRecipient, reply).outcome, Delivery::kLater) << reply;
  }
}

TEST(SmtpRules, TheNoteSaysWhereAndWhy) {
  EXPECT_EQ(After(Conversation::kRecipient, "550 5.1.1 nobody").note, "RCPT: 550 5.1.1 nobody");
  EXPECT_EQ(After(Conversation::kMessage, "").note, "message: connection lost");
}

TEST(SmtpRules, RepliesOfManyLinesAndQuitChangeNothing) {
  Conversation conversation;
  conversation.Sent("EHLO x\r\n");
  conversation.Received("250-sink\r\n");
  conversation.Received("250 STARTTLS\r\n");
  conversation.Sent("MAIL FROM:<a@b.example>\r\n");
  conversation.Received("250 ok\r\n");
  conversation.Sent("RCPT TO:<c@d.example>\r\n");
  conversation.Received("550-no\r\n");
  conversation.Received("550 never\r\n");
  conversation.Sent("QUIT\r\n");
  conversation.Received("221 bye\r\n");
  EXPECT_EQ(Judge(conversation, false, "").outcome, Delivery::kNever);
}

TEST(SmtpRules, NotesShowNothingThatATerminalObeys) {
  EXPECT_EQ(VisibleNote("550 \x1b[2J\r\n\xff"), "550 ?[2J???");
  EXPECT_EQ(VisibleNote(std::string(500, 'a')).size(), 200u);
}

}  // namespace
}  // namespace hearth::test

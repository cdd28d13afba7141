"""Errors of the Graph API as Meta documents them, in an answer and in a status webhook."""

from dataclasses import dataclass, replace
from typing import Any

HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


@dataclass(frozen=True)
class GraphError:
    """One documented error: the HTTP status it is answered with, code, subcode and words."""

    code: int
    message: str
    status: int = 400
    subcode: int | None = None
    type: str = "OAuthException"
    details: str = ""
    transient: bool | None = None

    def saying(self, details: str) -> "GraphError":
        return replace(self, details=details)

    def answer(self, trace: str) -> dict[str, Any]:
        bare = self.code in (1, 2, 104, 190) or self.subcode == 33
        message = self.message if bare else f"(#{self.code}) {self.message}"
        error: dict[str, Any] = {"message": message, "type": self.type, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.transient is not None:
            error["is_transient"] = self.transient
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        return {"error": error | {"fbtrace_id": trace}}

    def in_status(self) -> dict[str, Any]:
        """As it stands in `statuses[].errors`."""
        return {
            "code": self.code,
            "title": self.message,
            "message": self.message,
            "error_data": {"details": self.details or self.message},
            "href": HREF,
        }


# every product
UNKNOWN = GraphError(1, "An unknown error occurred", 500, transient=False)
SERVICE = GraphError(2, "Service temporarily unavailable", 503, transient=True)
APP_LIMIT = GraphError(4, "Application request limit reached", 400, transient=True)
PERMISSION = GraphError(10, "Application does not have permission for this action", 403)
PARAMETER = GraphError(100, "Invalid parameter")
NO_OBJECT = GraphError(
    100,
    "Unsupported request. Object does not exist, cannot be loaded due to missing permissions, or does not support "
    "this operation.",
    subcode=33,
    type="GraphMethodException",
)
HANDSHAKE = GraphError(2200, "Callback verification failed: the token or the challenge is wrong.")
NO_TOKEN = GraphError(104, "An access token is required to request this resource.", 401)
BAD_PROOF = GraphError(100, "Invalid appsecret_proof provided in the API argument", type="GraphMethodException")
BAD_TOKEN = GraphError(190, "Invalid OAuth access token - Cannot parse access token", 401)
EXPIRED_TOKEN = GraphError(
    190,
    "Error validating access token: Session has expired on Wednesday, 14-Feb-24 18:00:00 PST. The current time is "
    "Thursday, 15-Feb-24 13:46:35 PST.",
    401,
    subcode=463,
)
REVOKED_TOKEN = GraphError(
    190, "Error validating access token: The user has not authorized the application.", 401, subcode=458
)
CALL_LIMIT = GraphError(613, "Calls to this api have exceeded the rate limit.", 400)
POLICY = GraphError(368, "Temporarily blocked for policies violations", 403)

# WhatsApp
BUSINESS_LIMIT = GraphError(80007, "Rate limit issues", 400)
THROUGHPUT = GraphError(
    130429, "Rate limit hit", 429, details="Message failed to send because there were too many messages sent."
)
PAIR_LIMIT = GraphError(
    131056,
    "(Business Account, Consumer Account) pair rate limit hit",
    400,
    details="Too many messages sent from this phone number to the same phone number in a short period of time.",
)
MISSING = GraphError(131008, "Required parameter is missing")
NOT_VALID = GraphError(131009, "Parameter value is not valid")
UNDELIVERABLE = GraphError(131026, "Message undeliverable", details="Message Undeliverable.")
WINDOW = GraphError(
    131047,
    "Re-engagement message",
    details="Message failed to send because more than 24 hours have passed since the customer last replied to this "
    "number.",
)
SPAM_LIMIT = GraphError(
    131048, "Spam rate limit hit", details="There are restrictions on how many messages can be sent."
)
ECOSYSTEM = GraphError(131049, "This message was not delivered to maintain healthy ecosystem engagement.")
UNSUPPORTED = GraphError(131051, "Message type unknown", 501, details="Message type is currently not supported.")
MEDIA_DOWNLOAD = GraphError(131052, "Media download error", details="Failed to download the media from the sender.")
MEDIA_UPLOAD = GraphError(131053, "Media upload error", details="Unable to upload the media used in the message.")
TEMPLATE_COUNT = GraphError(132000, "Number of parameters does not match the expected number of params")
TEMPLATE_UNKNOWN = GraphError(132001, "Template name does not exist in the translation", 404)
TEMPLATE_PAUSED = GraphError(132015, "Template is paused")
NOT_REGISTERED = GraphError(133010, "Phone number not registered")
BLOCK_FAILED = GraphError(139100, "Failed to block/unblock some users", details="User has not messaged in 24 hours.")

# Messenger and Instagram
MESSAGING_WINDOW = GraphError(
    10,
    "This message is sent outside of allowed window. Learn more about the new policy here: "
    "https://developers.facebook.com/docs/messenger-platform/policy-overview",
    subcode=2018278,
)
INSTAGRAM_WINDOW = replace(MESSAGING_WINDOW, subcode=2534022)
NO_USER = GraphError(100, "No matching user found", subcode=2018001)
AWAY = GraphError(551, "This person isn't available right now.", subcode=1545041)
TAG_NOT_APPROVED = GraphError(100, "Cannot tag messages with HUMAN_AGENT without prior approval.", subcode=2018276)
NOT_OWNER = GraphError(10, "Message not sent: another app is controlling this thread now.", status=403, subcode=2018300)
ALREADY_REPLIED = GraphError(10900, "Activity already replied to")
CANNOT_REPLY = GraphError(10903, "This user cannot reply to this activity")
ATTACHMENT = GraphError(100, "Upload attachment failure.", subcode=2018047)

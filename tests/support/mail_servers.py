"""Debian's Postfix and Dovecot with a configuration, folders and ports of the test's own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.waiting import DIES_WITH_US, free_port, listening, wait_until

OURS, THEIRS = "toko.example", "pelanggan.example"
"""The company's domain and the customers'; a mail to anywhere else bounces."""
PASSWORD = "rahasia-sekali"
REFUSED, BUSY = f"refused@{THEIRS}", f"busy@{THEIRS}"
"""Recipients whom the SMTP server refuses at once, for good and for now; an address `unknown…` is taken and bounces."""

_POSTFIX_MASTER = Path("/usr/lib/postfix/sbin/master")
"""Started without its `postfix start`, which would leave it to itself."""

_DOVECOT = """
base_dir = {folder}/dovecot/run
state_dir = {folder}/dovecot/state
instance_name = omnix-{imap}
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_username_format = %Lu
auth_failure_delay = 0
first_valid_uid = 0
mail_location = maildir:{folder}/mail/%n
mail_max_userip_connections = 0
default_internal_user = dovecot
default_login_user = dovenull
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%Lu {folder}/users
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf.ext
}}
userdb {{
  driver = passwd-file
  args = username_format=%Ln {folder}/people
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service auth {{
  inet_listener {{
    port = {auth}
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""

_OAUTH2 = """
introspection_mode = auth
introspection_url = {introspection}
username_attribute = email
active_attribute = active
active_value = true
"""

_MAIN_CF = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
myhostname = mail.{ours}
mydestination =
alias_maps =
local_transport = error:no local mail
virtual_mailbox_domains = {ours}, {theirs}
virtual_mailbox_maps = static:everybody
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:no outside mail
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
smtpd_relay_restrictions = permit_sasl_authenticated, permit_auth_destination, reject
smtpd_recipient_restrictions =
 check_recipient_access inline:{{
  {{ {refused} = 550 5.1.1 There is nobody of that name }}, {{ {busy} = 450 4.2.1 Come back later }} }}
smtpd_client_connection_rate_limit = 0
lmtp_destination_recipient_limit = 1
minimal_backoff_time = 300s
"""

_MASTER_CF = """
{smtp} inet n - n - - smtpd
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class MailServers:
    """Where they listen. Everybody in `people` has a mailbox and the same password."""

    folder: Path
    imap: int
    smtp: int

    def arrived(self, user: str) -> list[bytes]:
        """What lies in somebody's mailbox, oldest first."""
        files = [file for kind in ("new", "cur") for file in (self.folder / "mail" / user / kind).glob("*")]
        return [file.read_bytes() for file in sorted(files, key=lambda file: file.name)]

    def lay(self, user: str, raw: bytes) -> None:
        """Into somebody's mailbox, past the mail servers, which would not take everything that lies in mailboxes."""
        laid = self.folder / "mail" / user / "tmp" / f"{len(self.arrived(user))}.laid.{OURS}"
        laid.write_bytes(raw)
        shutil.chown(laid, "nobody", "nogroup")
        laid.rename(laid.parents[1] / "new" / laid.name)

    def said(self) -> str:
        """The servers' logs, for whoever looks for the cause."""
        logs = (self.folder / name for name in ("dovecot.log", "postfix.log"))
        return "\n".join(log.read_text(errors="replace")[-4000:] for log in logs if log.exists())


@contextmanager
def mail_servers(people: tuple[str, ...], introspection: str = "http://127.0.0.1:9/") -> Iterator[MailServers]:
    """`people` are addresses; their mailboxes are named by what stands before the @. `introspection` judges tokens."""
    assert os.getuid() == 0, "Postfix and Dovecot change users: only root can start them."
    folder = Path(tempfile.mkdtemp(prefix="omnix-mail-"))
    running: list[subprocess.Popen[bytes]] = []
    try:
        servers = MailServers(folder, free_port(), free_port())
        _configure(servers, people, introspection)
        running.append(_started(["dovecot", "-F", "-c", str(folder / "dovecot.conf")]))
        subprocess.run([_program("postfix"), "-c", folder / "postfix", "check"], check=True, capture_output=True)
        running.append(_started([str(_POSTFIX_MASTER), "-d", "-c", str(folder / "postfix")]))
        wait_until(lambda: _all_alive(running, servers) and listening(servers.imap), "Dovecot listens", 30)
        wait_until(lambda: _all_alive(running, servers) and listening(servers.smtp), "Postfix listens", 30)
        yield servers
    finally:
        for server in reversed(running):
            server.terminate()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _configure(servers: MailServers, people: tuple[str, ...], introspection: str) -> None:
    folder = servers.folder
    folder.chmod(0o755)
    for name in ("mail", "postfix", "queue", "data", "dovecot"):
        (folder / name).mkdir()
    shutil.chown(folder / "mail", "nobody", "nogroup")
    shutil.chown(folder / "data", "postfix", "postfix")
    values = {
        "folder": folder, "imap": servers.imap, "smtp": servers.smtp, "lmtp": free_port(), "auth": free_port(),
        "ours": OURS, "theirs": THEIRS, "refused": REFUSED, "busy": BUSY, "introspection": introspection,
    }  # fmt: skip
    _write(folder / "dovecot.conf", _DOVECOT, values)
    _write(folder / "oauth2.conf.ext", _OAUTH2, values)
    _write(folder / "postfix" / "main.cf", _MAIN_CF, values)
    _write(folder / "postfix" / "master.cf", _MASTER_CF, values)
    (folder / "users").write_text("".join(f"{address}:{{PLAIN}}{PASSWORD}\n" for address in people))
    names = (address.partition("@")[0] for address in people)
    (folder / "people").write_text("".join(f"{name}::nobody:nogroup::{folder}/mail/{name}\n" for name in names))


def _write(file: Path, text: str, values: dict[str, object]) -> None:
    file.write_text(text.format_map(values))


def _program(name: str) -> str:
    program = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    assert program is not None, f"{name} is missing; `make test` installs it."
    return program


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*DIES_WITH_US, _program(command[0]), *command[1:]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _all_alive(running: list[subprocess.Popen[bytes]], servers: MailServers) -> bool:
    for server in running:
        if server.poll() is not None:
            raise RuntimeError(f"{server.args!r} ended:\n{servers.said()}")
    return True

package filetransfer

import "admin-api/integrations"

// Failures that a probe knows by name.
var (
	hostKeyNotPinned = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "host_key_not_pinned",
		Detail: "The account does not say which host key the server has, so no credentials were sent.",
		Hint:   "Enter the fingerprint of the server's host key.",
	}
	hostKeyMismatch = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "host_key_mismatch",
		Detail: "The server has another host key than the account says, so no credentials were sent.",
		Hint: "Ask the server's operator whether the key was changed; if it was not, somebody may be listening in. " +
			"Enter the new key only if the operator confirms it.",
	}
	noCommonAlgorithm = integrations.Diagnosis{
		Cause: integrations.CauseRemote, Code: "ssh_no_common_algorithm",
		Detail: "The server offers only algorithms that are too weak, or not the kind of host key that the account says.",
		Hint: "Compare the kind of the host key; if it is right, the server's operator should offer current algorithms, " +
			"such as ssh-ed25519 or rsa-sha2-512.",
	}
	notSSH = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "not_ssh",
		Detail: "What answers at the address does not speak SSH as it should.",
		Hint:   "Check host and port; SFTP servers listen at port 22 unless they say otherwise.",
	}
	methodRefused = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "authentication_method_refused",
		Detail: "The server does not let anybody in by what the account has, be it a password or a private key alone.",
		Hint:   "Ask the server's operator whether it wants a private key in place of a password, or the other way round.",
	}
	passphraseWrong = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "passphrase_wrong",
		Detail: "The passphrase does not open the private key; nothing was sent.",
		Hint:   "Enter the passphrase again, or a key without one.",
	}
	keyUnreadable = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "private_key_unreadable",
		Detail: "The private key cannot be opened; nothing was sent.",
		Hint:   "Rewrite the key by ssh-keygen -p with its usual settings, and enter it again.",
	}
	sftpUnavailable = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "sftp_unavailable",
		Detail: "The server lets the user in but offers no SFTP.",
		Hint:   "Ask the server's operator to switch SFTP on for this user.",
	}
	directoryMissing = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "directory_missing",
		Detail: "The server has no such directory.",
		Hint:   "Check the directory; the server may show the user another root than its own.",
	}
	directoryDenied = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "directory_denied",
		Detail: "The server does not let the user into the directory.",
		Hint:   "Ask the server's operator to give the user the right to write there.",
	}
	notDirectory = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "not_a_directory",
		Detail: "The path leads to a file, not to a directory.", Hint: "Enter the directory without the name of a file.",
	}
	directoryUnavailable = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "directory_unavailable",
		Detail: "The directory does not exist, or the server does not let the user into it.",
		Hint:   "Check the directory and the user's rights; the server may show the user another root than its own.",
	}
	notFTP = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "not_ftp",
		Detail: "What answers at the address does not speak FTP as it should.",
		Hint:   "Check host, port and TLS mode; port 21 starts TLS by a command, port 990 starts with it.",
	}
	ftpsUnavailable = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "ftps_unavailable",
		Detail: "The FTP server offers no TLS, so no credentials were sent.",
		Hint:   "Ask the server's operator to switch TLS on, or try implicit TLS, usually at port 990.",
	}
	ftpInjection = integrations.Diagnosis{
		Cause: integrations.CauseRemote, Code: "ftp_unprotected_answers",
		Detail: "More came before TLS than the FTP server should have said, so no credentials were sent.",
		Hint:   "Somebody may be interfering with the connection; try from elsewhere, or use implicit TLS.",
	}
	dataProtectionRefused = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "ftp_data_protection_refused",
		Detail: "The server lets the user in but would not protect files by TLS on their way.",
		Hint:   "Ask the server's operator to permit protected data connections (PROT P).",
	}
	dataConnectionFailed = integrations.Diagnosis{
		Cause: integrations.CauseNetwork, Code: "ftp_data_connection_failed", Retryable: true,
		Detail: "The server could not make the second connection that carries files.",
		Hint:   "The range of passive ports must be open in the firewalls, and its server's settings for TLS must fit.",
	}
	dataConnectionUntested = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "ftp_listing_denied",
		Detail: "The user may not list the directory, so the connection that carries files could not be tested.",
		Hint:   "Nothing needs to change if the user may write there; the first delivery will show it.",
	}
	busy = integrations.Diagnosis{
		Cause: integrations.CauseRemote, Code: "remote_error", Retryable: true,
		Detail: "The server does not take more visitors now.", Hint: "Try again later.",
	}
	reset = integrations.Diagnosis{
		Cause: integrations.CauseNetwork, Code: "connection_reset", Retryable: true,
		Detail: "The server closed the connection in the middle.",
		Hint:   "Try again; if it stays, the server or a firewall may not let this program's address in.",
	}
	nonsense = integrations.Diagnosis{
		Cause: integrations.CauseRemote, Code: "unexpected_answer",
		Detail: "The server's answer makes no sense in its protocol.",
		Hint:   "Check that host and port lead to the right server.",
	}
	credentialsNotVerifiable = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "credentials_not_verifiable",
		Detail: "The server lets the user in without a password or key, so what the account has was not tried.",
		Hint:   "Ask the server's operator whether anybody who knows the user name is to be let in.",
	}
	credentialsRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "credentials_rejected",
		Detail: "The server does not let the user in.",
		Hint: "Check user name and password, or that the server knows the public half of the private key; " +
			"servers lock users out after a few failures.",
	}
)

// Diagnoses returns the failures that Probe knows by name, for the definitions of
// types that deliver files.
func Diagnoses() []integrations.Diagnosis {
	return []integrations.Diagnosis{
		hostKeyNotPinned, hostKeyMismatch, noCommonAlgorithm, notSSH, methodRefused, passphraseWrong, keyUnreadable,
		sftpUnavailable, directoryMissing, directoryDenied, notDirectory, directoryUnavailable, notFTP, ftpsUnavailable,
		ftpInjection, dataProtectionRefused, dataConnectionFailed, dataConnectionUntested,
		credentialsNotVerifiable,
	}
}

document.getElementById("sign-out").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  const said = document.getElementById("said");
  button.disabled = true;
  said.textContent = "";
  try {
    const answer = await fetch("/api/v1/session", { method: "DELETE", redirect: "error" });
    if (!answer.ok && answer.status !== 401) {
      throw new Error(String(answer.status));
    }
    location.reload();
  } catch {
    said.textContent = "Signing out did not work. Try again, or close the browser.";
    button.disabled = false;
  }
});

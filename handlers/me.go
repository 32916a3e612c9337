package handlers

import (
	"net/http"

	"admin-api/access"
	"admin-api/api"
	"admin-api/models"
)

// readMe answers who asks.
//
//	@ID          readMe
//	@Summary     Who am I
//	@Description Needs a credential. Tells what any credential, a session or a token, is good for now: whose it is, where it acts and
//	@Description which privileges it has.
//	@Tags        sign-in
//	@Security    BearerAuth
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Me
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /me [get]
func (s *Server) readMe(x *exchange) error {
	p := x.principal
	who, err := s.access.WhoIs(x.Request().Context(), p)
	if err != nil {
		return x.ended(err)
	}
	me := api.Me{
		Kind: api.KindToken, ID: p.ID, Name: p.Name, ContactCenter: api.NewPlace(&p.ContactCenter),
		Privileges: api.Words(p.Scopes), Grantable: api.Words(p.Grantable), MustChangePassword: p.MustChangePassword,
	}
	if who.Session != nil {
		me.Kind = api.KindSession
	}
	if who.User != nil {
		person := api.NewPerson(who.User)
		me.User = &person
	}
	return x.json(http.StatusOK, me)
}

// changePassword replaces the password of who is signed in.
//
//	@ID          changePassword
//	@Summary     Change your password
//	@Description Needs a session. Ends all other sessions of the user and gives this one a new cookie. The current password is
//	@Description checked like at sign-in, and counts there when it is wrong.
//	@Tags        sign-in
//	@Security    BearerAuth
//	@Param       passwords body api.PasswordInput true "The current and the new password"
//	@Success     204 "Changed"
//	@Header      204 {string} Set-Cookie "The session, under its new secret"
//	@Failure     400,401,403,404,413,415,422,429,500,503 {object} api.Problem
//	@Router      /me/password [put]
func (s *Server) changePassword(x *exchange) error {
	in, err := access.ReadNewPassword(x.body)
	if err != nil {
		return err
	}
	secret, err := s.access.ChangePassword(x.Request().Context(), x.principal, in)
	if err != nil {
		return x.ended(err)
	}
	x.keepSession(secret)
	return x.NoContent(http.StatusNoContent)
}

// unlockUser forgets failed attempts to sign in.
//
//	@ID          unlockUser
//	@Summary     Let a user try again
//	@Description Needs the scope users:write. Forgets all failed attempts to sign in under the name of the user, from whatever
//	@Description address, so that the next one need not wait. It changes neither the password nor whether the user is disabled.
//	@Description Needs also the right to grant every privilege that the user has.
//	@Tags        sign-in
//	@Security    BearerAuth
//	@Param       id             path   string true  "User id" Format(uuid)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     204 "Forgotten"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /users/{id}/unlock [post]
func (s *Server) unlockUser(x *exchange) error {
	id, err := x.param("id")
	if err != nil || !models.ValidID(id) {
		return models.ErrNotFound
	}
	if err := s.access.Unlock(x.Request().Context(), x.principal, id); err != nil {
		return err
	}
	return x.NoContent(http.StatusNoContent)
}

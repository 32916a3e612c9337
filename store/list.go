package store

import (
	"context"
	"fmt"
	"time"

	"admin-api/models"
)

// ListAccounts returns a page of the accounts that match f, in its order. Pages
// are found by the position of the last account seen, so a deep one costs as much
// as the first. A limit of 0 means all.
//
// A sort order or position that f cannot have is models.ErrBadRequest. Texts of a
// filter are only ever bound, and one that no stored text can equal finds nothing.
func (s *Store) ListAccounts(ctx context.Context, f models.AccountFilter) ([]models.Account, error) {
	if !searchable(&f) {
		return nil, nil
	}
	statement, args, err := s.listStatement(&f)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	accounts, err := s.accountRows(ctx, statement, args, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", translate(err))
	}
	return accounts, nil
}

// accountRows reads accounts past GORM; see row.
func (s *Store) accountRows(ctx context.Context, statement string, args []any, limit int) ([]models.Account, error) {
	begin := time.Now()
	rows, err := pool(s.read).QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	accounts := make([]models.Account, 0, min(max(limit, 16), 256))
	for rows.Next() {
		accounts = append(accounts, models.Account{})
		if err := rows.Scan(accountFields(&accounts[len(accounts)-1])...); err != nil {
			return nil, err
		}
	}
	if err := endOf(rows); err != nil {
		return nil, err
	}
	s.slow.hot(ctx, begin, statement, len(accounts))
	return accounts, nil
}

// order is how a list is sorted: by a column and then by id, along an index.
type order struct {
	column string // empty: by id alone
	index  string // of SQLite; empty: the primary key
	number bool   // the column holds a number
}

func orderOf(f *models.AccountFilter) (order, bool) {
	switch f.Sort {
	case "", models.SortByCreatedAt:
		return order{}, true
	case models.SortByName:
		return order{column: "name_key", index: "accounts_name"}, true
	case models.SortByType:
		return order{column: "type", index: "accounts_type"}, true
	case models.SortByUpdatedAt:
		return order{column: "updated_at", index: "accounts_updated", number: true}, true
	}
	return order{}, false
}

// listStatement returns the statement for f and what is bound to it.
func (s *Store) listStatement(f *models.AccountFilter) (string, []any, error) {
	o, ok := orderOf(f)
	if !ok {
		return "", nil, fmt.Errorf("%w: no such sort order", models.ErrBadRequest)
	}
	switch byName := o.column == "name_key" || o.column == "" && f.NameKey != ""; {
	case byName && f.Deleted == models.DeletedInclude:
		return s.bothStatement(f, o)
	case byName && f.Deleted == models.DeletedOnly:
		o.index = "accounts_deleted_name"
	case byName:
		o.index = "accounts_name" // the ids under one name are in order there
	case o.column == "" && len(f.Types) == 1:
		o.index = "accounts_type" // and those of one type here
	}
	b := builder{dialect: s.dialect}
	if err := b.list(s.queries.accountColumns, f, o); err != nil {
		return "", nil, err
	}
	b.tail(f, o)
	return b.text.String(), b.args, nil
}

// bothStatement finds live and deleted accounts by name. Their names are in two
// indexes, along which the database merges the two halves.
func (s *Store) bothStatement(f *models.AccountFilter, o order) (string, []any, error) {
	b := builder{dialect: s.dialect}
	for i, part := range []struct{ deleted, index string }{
		{models.DeletedExclude, "accounts_name"}, {models.DeletedOnly, "accounts_deleted_name"},
	} {
		half, along := *f, o
		half.Deleted, along.index = part.deleted, part.index
		if i > 0 {
			b.write(" UNION ALL ")
		}
		if err := b.list(s.queries.accountColumns, &half, along); err != nil {
			return "", nil, err
		}
	}
	b.tail(f, o)
	return b.text.String(), b.args, nil
}

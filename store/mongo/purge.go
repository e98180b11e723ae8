package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"kefu/store"
)

// Purge removes what matches, at most q.Limit. MongoDB cannot bound a removal, so
// it is told the ids, and the conditions once more: what ceased to match stays.
func (e *Engine) Purge(ctx context.Context, coll string, q store.Query) (int, error) {
	if err := q.CheckPurge(); err != nil {
		return 0, err
	}
	if err := e.open(ctx, coll); err != nil {
		return 0, err
	}
	where, sort, err := selection(q)
	if err != nil {
		return 0, err
	}
	ids, err := e.ids(ctx, coll, where, sort, q.Limit)
	if err != nil {
		return 0, fault(ctx, "find what to purge in "+coll, err)
	}
	if len(ids) == 0 {
		return 0, nil
	}
	gone := 0
	err = e.run(ctx, "purge "+coll, func(ctx context.Context) error {
		r, err := e.db.Collection(coll).DeleteMany(ctx, all([]bson.D{field("_id", is("$in", ids)), where}))
		if err == nil {
			gone = int(r.DeletedCount)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return gone, nil
}

func (e *Engine) ids(ctx context.Context, coll string, where, sort bson.D, limit int) (bson.A, error) {
	cur, err := e.db.Collection(coll).Find(ctx, where,
		options.Find().SetSort(sort).SetLimit(int64(limit)).SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, err
	}
	defer cur.Close(context.WithoutCancel(ctx))
	var ids bson.A
	for cur.Next(ctx) {
		id, ok := cur.Current.Lookup("_id").StringValueOK()
		if !ok {
			return nil, fmt.Errorf("mongo: an id in %s is no text", coll)
		}
		ids = append(ids, id)
	}
	return ids, cur.Err()
}

package mongo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"kefu/store"
)

func (e *Engine) bucket() *driver.GridFSBucket {
	return e.db.GridFSBucket(options.GridFSBucket().SetName("kefu_files"))
}

// PutFile stores content under id in GridFS; at most store.MaxFile bytes, else
// store.ErrRefused. The newest of an id counts; older ones are removed after it
// is there, so a reader always finds one.
func (e *Engine) PutFile(ctx context.Context, id string, content []byte) error {
	if err := store.CheckID(id); err != nil {
		return err
	}
	if len(content) > store.MaxFile {
		return fmt.Errorf("mongo: %w: file of %d bytes is over %d", store.ErrRefused, len(content), store.MaxFile)
	}
	if err := e.open(ctx, "files"); err != nil {
		return err
	}
	return e.run(ctx, "put file", func(ctx context.Context) error {
		b := e.bucket()
		fresh, err := b.UploadFromStream(ctx, id, bytes.NewReader(content))
		if err != nil {
			return err
		}
		return e.dropFiles(ctx, b, id, fresh)
	})
}

// GetFile returns the content, or store.ErrNotFound.
func (e *Engine) GetFile(ctx context.Context, id string) ([]byte, error) {
	if err := e.open(ctx, "files"); err != nil {
		return nil, err
	}
	s, err := e.bucket().OpenDownloadStreamByName(ctx, id)
	if errors.Is(err, driver.ErrFileNotFound) {
		return nil, store.ErrNotFound
	}
	if err != nil {
		return nil, fault(ctx, "get file", err)
	}
	b, err := io.ReadAll(io.LimitReader(s, store.MaxFile+1))
	if err = errors.Join(err, s.Close()); err != nil {
		return nil, fault(ctx, "get file", err)
	}
	return b, nil
}

// DeleteFile removes the file if it is there.
func (e *Engine) DeleteFile(ctx context.Context, id string) error {
	if err := e.open(ctx, "files"); err != nil {
		return err
	}
	return e.run(ctx, "delete file", func(ctx context.Context) error {
		return e.dropFiles(ctx, e.bucket(), id, nil)
	})
}

// dropFiles removes all that is stored under the id but one.
func (e *Engine) dropFiles(ctx context.Context, b *driver.GridFSBucket, id string, keep any) error {
	cur, err := b.GetFilesCollection().Find(ctx, bson.D{{Key: "filename", Value: id}}, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}).SetLimit(100))
	if err != nil {
		return err
	}
	var old []struct {
		ID bson.ObjectID `bson:"_id"`
	}
	if err := cur.All(ctx, &old); err != nil {
		return err
	}
	for _, f := range old {
		if f.ID == keep {
			continue
		}
		if err := b.Delete(ctx, f.ID); err != nil && !errors.Is(err, driver.ErrFileNotFound) {
			return err
		}
	}
	return nil
}

package simcloud

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

func (e *endpoint) Check(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	r := request{ctx: ctx, typ: req.Type, name: req.Name, seed: req.RandomSeed, autonaming: req.Autonaming}
	s, leave, err := e.enter(properties{&r.oldInputs: req.Olds, &r.inputs: req.News}, "", r)
	if err != nil {
		return nil, err
	}
	defer leave()
	checked, failures, err := s.check(r)
	if err != nil {
		return nil, err
	}
	inputs, err := encode(checked)
	return &pulumirpc.CheckResponse{Inputs: inputs, Failures: failures}, err
}

func (e *endpoint) Diff(ctx context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	r := request{ctx: ctx, typ: req.Type, name: req.Name, id: req.Id}
	s, leave, err := e.enter(properties{&r.oldInputs: req.OldInputs, &r.oldOutputs: req.Olds, &r.inputs: req.News}, "", r)
	if err != nil {
		return nil, err
	}
	defer leave()
	d, err := s.diff(r)
	if err != nil {
		return nil, err
	}
	resp := &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_NONE, DetailedDiff: d.detailed, HasDetailedDiff: true,
		Diffs: d.properties(), Replaces: d.replaces, DeleteBeforeReplace: d.deleteBeforeReplace,
	}
	if len(d.detailed)+len(d.replaces) > 0 {
		resp.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	return resp, nil
}

func (e *endpoint) Create(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	r := request{ctx: ctx, typ: req.Type, name: req.Name, timeout: req.Timeout}
	s, leave, err := e.enter(properties{&r.inputs: req.Properties}, operation(req, "create"), r)
	if err != nil {
		return nil, err
	}
	defer leave()
	if req.Preview {
		outputs, err := e.preview(s, r)
		return &pulumirpc.CreateResponse{Properties: outputs}, err
	}
	id, live, err := s.create(r)
	outputs, err := e.done(s, r.typ, id, live, err)
	return &pulumirpc.CreateResponse{Id: id, Properties: outputs}, err
}

func (e *endpoint) Update(ctx context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	r := request{ctx: ctx, typ: req.Type, name: req.Name, id: req.Id, timeout: req.Timeout, ignored: req.IgnoreChanges}
	s, leave, err := e.enter(properties{&r.oldInputs: req.OldInputs, &r.oldOutputs: req.Olds, &r.inputs: req.News}, operation(req, "update"), r)
	if err != nil {
		return nil, err
	}
	defer leave()
	if req.Preview {
		outputs, err := e.preview(s, r)
		return &pulumirpc.UpdateResponse{Properties: outputs}, err
	}
	live, err := s.update(r)
	outputs, err := e.done(s, r.typ, r.id, live, err)
	return &pulumirpc.UpdateResponse{Properties: outputs}, err
}

func (e *endpoint) Read(ctx context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	r := request{ctx: ctx, typ: req.Type, name: req.Name, id: req.Id}
	s, leave, err := e.enter(properties{&r.oldInputs: req.Inputs, &r.oldOutputs: req.Properties}, "read", r)
	if err != nil {
		return nil, err
	}
	defer leave()
	live, err := s.read(r)
	if err != nil || live == nil {
		return &pulumirpc.ReadResponse{}, err
	}
	inputs, _ := refreshed(r.oldInputs.Mappable(), map[string]any(live)).(map[string]any)
	if len(r.oldInputs)+len(r.oldOutputs) == 0 {
		inputs = s.inputs(r.typ, live)
	}
	encoded, err := encode(resource.NewPropertyMapFromMap(inputs))
	if err != nil {
		return nil, err
	}
	outputs, err := encodeOutputs(s, r.typ, live.propertyMap())
	return &pulumirpc.ReadResponse{Id: r.id, Properties: outputs, Inputs: encoded}, err
}

func (e *endpoint) Delete(ctx context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	r := request{ctx: ctx, typ: req.Type, name: req.Name, id: req.Id, timeout: req.Timeout}
	s, leave, err := e.enter(properties{&r.oldInputs: req.OldInputs, &r.oldOutputs: req.Properties}, "delete", r)
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := s.remove(r); err != nil {
		return nil, err
	}
	return &emptypb.Empty{}, e.save(s)
}

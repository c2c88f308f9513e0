/** Characters: who is to be recognised in pictures. */
import { api, given, key } from "../api/client";
import type { components } from "../api/schema";
import type { Page } from "./assets";

type S = components["schemas"];
/** A picture that shows a character's face. */
export type Reference = Omit<S["ReferenceShape"], "face">;
export type Character = Omit<S["CharacterShape"], "references"> & { references: readonly Reference[] };
export type CharacterUses = S["CharacterUsesShape"];

export interface CharacterQuery {
  project_id: string;
  text?: string;
  tag?: string;
  cursor?: string;
  limit?: number;
}

export async function characters(query: CharacterQuery): Promise<Page<Character>> {
  return await given(api.GET("/api/characters/", { params: { query } }));
}

export async function character(id: string): Promise<Character> {
  return await given(api.GET("/api/characters/{character_id}", at(id)));
}

/** `references`: ids of pictures that show the face. */
export async function newCharacter(body: S["NewCharacter"]): Promise<Character> {
  return await given(api.POST("/api/characters/", { params: { header: { "Idempotency-Key": key() } }, body }));
}

export async function changedCharacter(id: string, change: S["CharacterChange"]): Promise<Character> {
  return await given(api.PATCH("/api/characters/{character_id}", { ...at(id), body: change }));
}

export async function deletedCharacter(id: string): Promise<void> {
  await given(api.DELETE("/api/characters/{character_id}", at(id)));
}

/** @throws Refused when no face is to be seen on it. */
export async function withReference(id: string, asset: string): Promise<Character> {
  const params = { path: { character_id: id }, header: { "Idempotency-Key": key() } };
  return await given(api.POST("/api/characters/{character_id}/references", { params, body: { asset_id: asset } }));
}

export async function withoutReference(id: string, asset: string): Promise<Character> {
  const params = { path: { character_id: id, asset_id: asset } };
  return await given(api.DELETE("/api/characters/{character_id}/references/{asset_id}", { params }));
}

export async function characterUses(id: string): Promise<CharacterUses> {
  return await given(api.GET("/api/characters/{character_id}/uses", at(id)));
}

function at(id: string) {
  return { params: { path: { character_id: id } } };
}
